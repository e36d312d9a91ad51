// The highest peak of a channel.
import { useRef, useState } from 'preact/hooks'
import { dbText, num } from '../base/format'
import { useLevels } from '../connection/levels'

/** The highest peak since the last click, red after a clip: a sample at or over full scale, of the master before its
 * limiter. */
export function Highest({ bus }: { bus: string }) {
  const highest = useRef(0)
  const forgotten = useRef<number>() // how many clips there were then
  const clips = useRef(0)
  const [shown, show] = useState({ text: dbText(0), over: false })
  const look = () => {
    const next = { text: dbText(highest.current), over: clips.current > (forgotten.current ?? 0) }
    show(now => (now.text === next.text && now.over === next.over ? now : next))
  }
  useLevels(
    all => {
      const level = all.get(bus)
      if (!level) return
      highest.current = Math.max(highest.current, level.peak_left, level.peak_right)
      clips.current = num(level.clips)
      forgotten.current = Math.min(forgotten.current ?? clips.current, clips.current) // a new core counts from 0
      look()
    },
    [bus],
  )
  return (
    <button
      class={`highest ${shown.over ? 'over' : ''}`}
      aria-label={`Highest peak of ${bus}: ${shown.text}${shown.over ? ', clipped' : ''}`}
      title="The highest peak, red after a clip; a click forgets both"
      onClick={() => {
        highest.current = 0
        forgotten.current = clips.current
        look()
      }}
    >
      {shown.text}
    </button>
  )
}
