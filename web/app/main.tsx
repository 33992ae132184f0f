// The app page.
import { render } from 'preact';
import '../shared/tokens.css';

render(<main>Trayline</main>, document.getElementById('page')!);
