// The picture of a tray with a box around each item. The boxes follow the list of items beside
// them, which is what keyboards and screen readers use.
import { useEffect, useState } from 'preact/hooks';
import { Notice } from '../shared/ui';
import { useLoad } from './load';
import type { SeenItem, Tray } from './staff_api';
import { api } from './state';
import { isDoubtful, nameOfItem } from './words';

interface PictureProps {
  tray: Tray;
  focus: number; // the item that is looked at; -1: none
  onFocus(item: number): void;
  names?: Map<number, string>; // as chosen by a person, by item
  byKeys?: boolean; // the pointer that rests on the picture moves nothing
}

// The address of a stored picture within this page; it needs the token, so an <img> cannot ask.
function usePicture(hash: string) {
  const blob = useLoad(hash && `picture:${hash}`, () => api.GET('/evidence/{hash}', {
    params: { path: { hash } }, parseAs: 'blob',
  }) as Promise<{ data?: Blob }>);
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!blob.data) return setUrl('');
    const made = URL.createObjectURL(blob.data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob.data]);
  return { url, problem: blob.problem };
}

export function Picture({ tray, focus, onFocus, names, byKeys }: PictureProps) {
  const [empty, setEmpty] = useState(false);
  const { url, problem } = usePicture(empty && tray.reference ? tray.reference : tray.image);
  const [size, setSize] = useState({ width: 0, height: 0 });
  return (
    <figure class="picture">
      <div class="frame" style={size.width > 0
        ? { aspectRatio: `${size.width} / ${size.height}` } : {}}>
        {!url && !problem && <p class="wait" role="status">Loading the picture…</p>}
        {problem && (
          <Notice tone="care" icon="picture">
            {problem.status === 404
              ? 'The picture is not here yet; the station sends it when it has a connection.'
              : 'The picture could not be loaded; reload the page to try again.'}
          </Notice>
        )}
        {url && (
          <img src={url} alt={empty ? 'The empty tray' : `Tray at ${tray.station}: `
            + tray.items.map((item) => `${item.count} ${nameOfItem(item)}`).join(', ')}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
              setSize({ width: naturalWidth, height: naturalHeight })} />
        )}
        {url && !empty && size.width > 0 && (
          <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
            {tray.items.map((item, at) => item.box && (
              <Mark key={at} at={at} item={item} on={at === focus} wide={size.width}
                name={names?.get(at)} onFocus={onFocus} hover={!byKeys} />
            ))}
          </svg>
        )}
      </div>
      {tray.reference && (
        <label class="check">
          <input type="checkbox" checked={empty}
            onChange={(event) => setEmpty(event.currentTarget.checked)} />
          Show the tray as it was before
        </label>
      )}
    </figure>
  );
}

const MARKS_ACROSS = 26; // figures of a mark that fit beside each other

function Mark({ at, item, on, wide, name, onFocus, hover }: {
  at: number; item: SeenItem; on: boolean; wide: number; name: string | undefined;
  hover: boolean; onFocus(item: number): void;
}) {
  if (!item.box) return null;
  const { x, y, width, height } = item.box;
  const size = wide / MARKS_ACROSS;
  const state = name ? 'named' : isDoubtful(item) ? 'doubtful' : 'sure';
  return (
    <g class="mark" data-on={on} data-state={state} onClick={() => onFocus(at)}
      onMouseEnter={hover ? () => onFocus(at) : undefined}>
      <rect x={x} y={y} width={width} height={height} rx={size / 4} />
      <rect class="plate" x={x} y={y} width={size * 1.3} height={size * 1.3} rx={size / 4} />
      <text x={x + size * 0.65} y={y + size * 0.97} font-size={size} text-anchor="middle">
        {at + 1}
      </text>
    </g>
  );
}
