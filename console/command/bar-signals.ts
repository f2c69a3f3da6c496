/** What the bar asks of the workspace below it: two places of one page that do not hold each other. */
export type BarSignals = { readonly alarm: () => void; readonly search: () => void; readonly help: () => void }

let heard: BarSignals | undefined

export function hearBar(signals: BarSignals): () => void {
  heard = signals
  return () => {
    if (heard === signals) heard = undefined
  }
}

export const signal = (name: keyof BarSignals): void => heard?.[name]()
