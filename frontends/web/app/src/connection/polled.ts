// What the engine has now, asked for again and again while it is shown.
import type { Events } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { listen } from './wire'

/** The last answer of a periodic ask, while the component is shown: `load` is called again after `every_ms`, and at
 * once after these events, which may be lost. Returns the answer, what calls it at once, and whether its last call
 * failed. */
export function usePolled<T>(
  load: () => Promise<T>,
  every_ms: number,
  deps: unknown[] = [],
  topics: (keyof Events)[] = [],
): [T | undefined, () => void, boolean] {
  const [value, setValue] = useState<T>()
  const [failed, setFailed] = useState(false)
  const [kick, setKick] = useState(0)
  useEffect(() => {
    let ended = false,
      busy = false,
      changed = false,
      timer = 0
    const round = () => {
      busy = true
      changed = false
      load()
        .then(
          got => {
            if (!ended) {
              setValue(() => got)
              setFailed(false)
            }
          },
          () => {
            if (!ended) setFailed(true)
          },
        )
        .finally(() => {
          busy = false
          if (!ended) timer = window.setTimeout(round, changed ? 0 : every_ms)
        })
    }
    const onEvent = () => {
      changed = true
      if (!busy) {
        clearTimeout(timer)
        round()
      }
    }
    round()
    const ends = topics.map(topic => listen(topic, onEvent))
    return () => {
      ended = true
      clearTimeout(timer)
      ends.forEach(end => end())
    }
  }, [kick, ...deps])
  return [value, () => setKick(n => n + 1), failed]
}
