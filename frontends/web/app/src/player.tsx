// The bar at the foot: what sounds, how it is heard, and panic, always in reach.
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from './cell'
import { hush, panic } from './hear'
import { hearing } from './hear'
import { remark, set, settings, view } from './state'

const REMARK_MS = 8000

function Remark() {
  const said = useCell(remark)
  useEffect(() => {
    if (!said || said.bad) return
    const timer = setTimeout(() => { if (remark.value === said) remark.set(undefined) }, REMARK_MS)
    return () => clearTimeout(timer)
  }, [said])
  const mode = useCell(view, now => now.mode)
  const shown = useRef(mode)
  useEffect(() => { if (shown.current !== mode && remark.value?.bad) remark.set(undefined); shown.current = mode }, [mode]) // it was about the other mode
  return (
    <div class={`remark ${said?.bad ? 'bad' : ''}`} role="status" aria-live="polite" title={said?.text}>
      {said && <>{said.bad && <button class="link" onClick={() => remark.set(undefined)}>Close</button>}{said.text} {said.hint && <small>{said.hint}</small>}</>}
    </div>
  )
}

export function Player() {
  const now = useCell(hearing)
  const { preview, through, volume, inContext, loop } = useCell(settings)
  return (
    <footer class="player">
      <button class="panic" onClick={panic} title="Silence everything (Ctrl+.)">Panic</button>
      <button disabled={!now} onClick={hush}>■ Stop preview</button>
      <label><input type="checkbox" checked={preview} onChange={event => set({ preview: event.currentTarget.checked })} /> Play while browsing</label>
      <label><input type="checkbox" checked={loop} onChange={event => set({ loop: event.currentTarget.checked })} /> Loop</label>
      <label><input type="checkbox" checked={inContext} disabled={through !== 'jack'} onChange={event => set({ inContext: event.currentTarget.checked })} /> In tempo and key</label>
      <label>Through <select value={through} onChange={event => { hush(); set({ through: event.currentTarget.value as 'jack' | 'browser' }) }}>
        <option value="jack">JACK</option><option value="browser">this browser</option></select></label>
      <label>Volume <input type="range" min="0" max="1.5" step="0.01" value={volume} onInput={event => set({ volume: Number(event.currentTarget.value) })} /></label>
      <Remark />
      <span class="sounding" data-sounding={now?.id ?? ''} />
    </footer>
  )
}
