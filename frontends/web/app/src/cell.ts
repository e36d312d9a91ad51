// A value that components follow.
import { useEffect, useState } from 'preact/hooks'

export class Cell<T> {
  private followers = new Set<() => void>()
  constructor(public value: T) {}

  set(value: T) {
    if (Object.is(value, this.value)) return
    this.value = value
    ;[...this.followers].forEach(call => call())
  }

  /** Calls back after each change; returns what ends that. */
  follow(call: () => void): () => void {
    this.followers.add(call)
    return () => { this.followers.delete(call) }
  }
}

/** The value of the cell; the component is drawn again when it changes. */
export function useCell<T>(cell: Cell<T>): T {
  const [, redraw] = useState(0)
  useEffect(() => {
    const seen = cell.value
    const end = cell.follow(() => redraw(n => n + 1))
    if (seen !== cell.value) redraw(n => n + 1)
    return end
  }, [cell])
  return cell.value
}

/** The last answer of a periodic ask, while the component is shown: `load` is called again after `every_ms`. Returns the answer,
 * what calls it at once, and whether its last call failed. */
export function usePolled<T>(load: () => Promise<T>, every_ms: number, deps: unknown[] = []): [T | undefined, () => void, boolean] {
  const [value, setValue] = useState<T>()
  const [failed, setFailed] = useState(false)
  const [kick, setKick] = useState(0)
  useEffect(() => {
    let ended = false
    let timer = 0
    const round = () => load().then(got => { if (!ended) { setValue(() => got); setFailed(false) } }, () => { if (!ended) setFailed(true) })
      .finally(() => { if (!ended) timer = window.setTimeout(round, every_ms) })
    round()
    return () => { ended = true; clearTimeout(timer) }
  }, [kick, ...deps])
  return [value, () => setKick(n => n + 1), failed]
}
