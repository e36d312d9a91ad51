// The part of its sound that a pad plays, as a waveform with handles: begin and end, and those of its loop.
import type { Given, item, pad } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { num } from '../format'
import { PadWave } from './padwave'

type Edge = 'from' | 'until' | 'loop_from' | 'loop_until'
const EDGES: [Edge, string][] = [['from', 'Begin'], ['until', 'End'], ['loop_from', 'Loop begin'], ['loop_until', 'Loop end']]
const isEnd = (edge: Edge) => edge === 'until' || edge === 'loop_until'
const EDGE_CLASS: Record<Edge, string> = { from: 'begin', until: 'end', loop_from: 'begin ofloop', loop_until: 'end ofloop' }

interface ShapeProps { of: pad; item: item; frames: number; change: (part: Given<pad>) => void }

/** Where an edge is, in frames: an end that is not set is that of the sound. */
const placeOf = (of: pad, edge: Edge, frames: number) => num(of[edge]) || (isEnd(edge) ? frames : edge === 'loop_from' ? num(of.from) : 0)

export function PadShape({ of, item, frames, change }: ShapeProps) {
  const box = useRef<HTMLDivElement>(null)
  const [pulled, setPulled] = useState<{ edge: Edge; to: number }>()
  const at = (edge: Edge) => (pulled?.edge === edge ? pulled.to : placeOf(of, edge, frames))
  const to = (event: PointerEvent) => {
    const { left, width } = box.current!.getBoundingClientRect()
    return Math.round(Math.max(0, Math.min(1, (event.clientX - left) / width)) * frames)
  }
  const shown = of.mode === 'one_shot' ? EDGES.slice(0, 2) : EDGES
  const put = (edge: Edge, frame: number) => { setPulled(undefined); change({ [edge]: isEnd(edge) && frame >= frames ? 0 : frame }) }
  const percent = (frame: number) => `${(100 * frame) / frames}%`
  return (
    <div ref={box} class="padshape" aria-hidden="true">
      <PadWave of={item} from={0} until={1} />
      <span class="outside" style={{ left: 0, width: percent(at('from')) }} /><span class="outside" style={{ left: percent(at('until')), right: 0 }} />
      {shown.map(([edge, title]) => (
        <span key={edge} class={`edge ${EDGE_CLASS[edge]}`} title={title} style={{ left: percent(at(edge)) }}
          onPointerDown={event => { event.currentTarget.setPointerCapture(event.pointerId); setPulled({ edge, to: at(edge) }) }}
          onPointerMove={event => { if (pulled?.edge === edge) setPulled({ edge, to: to(event) }) }}
          onPointerUp={() => { if (pulled?.edge === edge) put(edge, pulled.to) }} onPointerCancel={() => setPulled(undefined)} />
      ))}
    </div>
  )
}
