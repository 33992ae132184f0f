// The names that a person chose for the items of a tray and has not sent yet: kept by the browser,
// so that a reload loses none.
export interface Choice {
  sku: string;
  name: string;
}
export type Chosen = ReadonlyMap<number, Choice>; // by item

export function keptChosen(prediction: string | undefined): Chosen {
  const kept = prediction && sessionStorage.getItem(`chosen:${prediction}`);
  return new Map(kept ? JSON.parse(kept) as [number, Choice][] : []);
}

export function keepChosen(prediction: string | undefined, chosen: Chosen): void {
  if (!prediction) return;
  if (chosen.size === 0) sessionStorage.removeItem(`chosen:${prediction}`);
  else sessionStorage.setItem(`chosen:${prediction}`, JSON.stringify([...chosen]));
}
