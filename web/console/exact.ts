// Decimal texts as people type them to integers of the smallest unit, and back; exact, without
// floating point.

// "4.50" with 2 digits is 450; null where the text is no amount, or has too many decimals.
export function parseDecimal(text: string, digits: number): number | null {
  const parts = /^(\d{1,7})(?:[.,](\d*))?$/.exec(text.trim());
  if (!parts) return null;
  const fraction = parts[2] ?? '';
  if (fraction.length > digits) return null;
  return Number.parseInt(`${parts[1]}${fraction.padEnd(digits, '0')}`, 10);
}

export function decimal(units: number, digits: number): string {
  const text = String(units).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
