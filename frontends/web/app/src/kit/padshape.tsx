// The part of its sound that a pad plays, as a waveform with handles: begin and end, and those of its loop.
import type { Given, item, loaded_sound, pad } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { num } from '../base/format'
import { PadWave } from './padwave'
import { partOf } from './padsread'

type Edge = 'from' | 'until' | 'loop_from' | 'loop_until'
const EDGES: [Edge, string][] = [
  ['from', 'Begin'],
  ['until', 'End'],
  ['loop_from', 'Loop begin'],
  ['loop_until', 'Loop end'],
]
const isEnd = (edge: Edge) => edge === 'until' || edge === 'loop_until'
const EDGE_CLASS: Record<Edge, string> = {
  from: 'begin',
  until: 'end',
  loop_from: 'begin ofloop',
  loop_until: 'end ofloop',
}

interface ShapeProps {
  of: pad
  item: item
  sound: loaded_sound
  change: (part: Given<pad>) => void
}

/** Where the edges are, in frames: a loop without its own has those of the part. */
function placesOf(of: pad, sound: loaded_sound): Record<Edge, number> {
  const { from, until } = partOf(of, sound),
    end = until || num(sound.frames)
  return { from, until: end, loop_from: num(of.loop_from) || from, loop_until: num(of.loop_until) || end }
}

export function PadShape({ of, item, sound, change }: ShapeProps) {
  const frames = num(sound.frames) || 1,
    places = placesOf(of, sound)
  const box = useRef<HTMLDivElement>(null)
  const [pulled, setPulled] = useState<{ edge: Edge; to: number }>()
  const at = (edge: Edge) => (pulled?.edge === edge ? pulled.to : places[edge])
  const to = (event: PointerEvent) => {
    const { left, width } = box.current!.getBoundingClientRect()
    return Math.round(Math.max(0, Math.min(1, (event.clientX - left) / width)) * frames)
  }
  const shown = of.mode === 'one_shot' ? EDGES.slice(0, 2) : EDGES
  const isTrimmed = num(sound.trim_from) > 0 || num(sound.trim_until) > 0 // which holds for a pad without points
  const given = (edge: Edge, frame: number) => (isEnd(edge) && frame >= frames && !isTrimmed ? 0 : frame)
  const put = (edge: Edge, frame: number) => {
    setPulled(undefined)
    change({ from: places.from, until: given('until', places.until), [edge]: given(edge, frame) })
  }
  const percent = (frame: number) => `${(100 * frame) / frames}%`
  return (
    <div ref={box} class="padshape" aria-hidden="true">
      <PadWave of={item} from={0} until={1} />
      <span class="outside" style={{ left: 0, width: percent(at('from')) }} />
      <span class="outside" style={{ left: percent(at('until')), right: 0 }} />
      {shown.map(([edge, title]) => (
        <span
          key={edge}
          class={`edge ${EDGE_CLASS[edge]}`}
          title={title}
          style={{ left: percent(at(edge)) }}
          onPointerDown={event => {
            event.currentTarget.setPointerCapture(event.pointerId)
            setPulled({ edge, to: at(edge) })
          }}
          onPointerMove={event => {
            if (pulled?.edge === edge) setPulled({ edge, to: to(event) })
          }}
          onPointerUp={() => {
            if (pulled?.edge === edge) put(edge, pulled.to)
          }}
          onPointerCancel={() => setPulled(undefined)}
        />
      ))}
    </div>
  )
}
