// A QR code, of a text or of bytes, as one path of an SVG; dark on white in both schemes: cameras
// want it so.
import { encode } from 'uqr';

export function Qr({ text, label }: { text: string | number[]; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 3 });
  const path = data
    .map((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')).join(''))
    .join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}
      shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
