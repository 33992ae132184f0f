// Money as people read it. Amounts are integers of minor units (ISO 4217); nothing is computed in
// floating point but the text.
export interface Money {
  amount_minor: number;
  currency: string;
}

export function money(of: Money): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency: of.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(of.amount_minor / 10 ** digits);
}

export function minor(amount: number, currency: string): string {
  return money({ amount_minor: amount, currency });
}
