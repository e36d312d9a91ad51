// The dock at the foot, in each mode: the current item with its waveform, how it is heard, and panic, always in reach.
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from '../base/cell'
import { useItem } from '../items/useitem'
import { clean, dbText, factText, lengthText, seconds } from '../base/format'
import { hearBetween, hearFrom, hearing, hush, panic, setVolume } from '../sound/hear'
import { Icon } from '../base/icons'
import { useReason } from './reason'
import { remark, set, settings, view } from '../base/state'
import { WaveCanvas } from '../sound/wavecanvas'
import { Check } from '../base/check'

const REMARK_MS = 8000

function Remark() {
  const said = useCell(remark)
  useEffect(() => {
    if (!said || said.bad) return
    const timer = setTimeout(() => {
      if (remark.value === said) remark.set(undefined)
    }, REMARK_MS)
    return () => clearTimeout(timer)
  }, [said])
  const silence = useReason()
  const mode = useCell(view, now => now.mode)
  const shown = useRef(mode)
  useEffect(() => {
    if (shown.current !== mode && remark.value?.bad) remark.set(undefined)
    shown.current = mode
  }, [mode]) // it was about the other mode
  return (
    <div class={`remark ${said?.bad ? 'bad' : ''}`} role="status" aria-live="polite" title={said && clean(said.text)}>
      {said && (
        <>
          {said.bad && (
            <button class="link" onClick={() => remark.set(undefined)}>
              Close
            </button>
          )}
          {clean(said.text)} {said.hint && <small>{clean(said.hint)}</small>}
        </>
      )}
      {!said && silence && <em>{silence}</em>}
    </div>
  )
}

/** The item that sounds, or else the current one: a click plays from there, a drag repeats the part. */
function Sounding() {
  const sounds = useCell(hearing, of => of?.id)
  const at = useCell(view, of => of.at)
  const got = useItem(sounds ?? at, false)
  if (!got)
    return (
      <div class="sounds">
        <p class="quiet">Nothing is chosen.</p>
      </div>
    )
  const of = got.item
  const facts = [
    factText(of, 'class'),
    lengthText(seconds(of)),
    factText(of, 'bpm') && `${factText(of, 'bpm')} bpm`,
    factText(of, 'key'),
  ]
  return (
    <div class="sounds">
      <p>
        <strong>{clean(of.media.name)}</strong>
        <span class="quiet">{facts.filter(Boolean).join(' · ')}</span>
      </p>
      <WaveCanvas
        of={of}
        onPart={part => hearFrom(of, part)}
        onBetween={(from, end) => hearBetween(of, from, end)}
        label="Click: play from here. Drag: repeat this part"
      />
    </div>
  )
}

function Volume() {
  const volume = useCell(settings, of => of.volume)
  return (
    <label class="volume" title="Volume of the preview">
      <Icon name="volume" />
      <span class="unseen">Volume</span>
      <input
        type="range"
        min="0"
        max="1.5"
        step="0.01"
        value={volume}
        onInput={event => setVolume(Number(event.currentTarget.value))}
      />
      <output>{dbText(volume)} dB</output>
    </label>
  )
}

export function Dock() {
  const now = useCell(hearing)
  const { preview, through, inContext, loop } = useCell(settings)
  return (
    <footer class="dock">
      <Sounding />
      <div class="heard">
        <Volume />
        <button disabled={!now} onClick={hush} title="Stop the preview" aria-label="Stop preview">
          <Icon name="stop" size={14} />
        </button>
        <button class="panic" onClick={panic} title="Silence everything (Ctrl+.)">
          <Icon name="panic" size={14} />
          <span>Panic</span>
        </button>
        <Check on={preview} put={on => set({ preview: on })}>
          Play while browsing
        </Check>
        <Check on={loop} put={on => set({ loop: on })}>
          Loop
        </Check>
        <Check on={inContext} disabled={through !== 'jack'} put={on => set({ inContext: on })}>
          In tempo and key
        </Check>
        <label class="through">
          <span class="unseen">Through</span>
          <select
            value={through}
            title="Where the preview is heard"
            onChange={event => {
              hush()
              set({ through: event.currentTarget.value as 'jack' | 'browser' })
            }}
          >
            <option value="jack">JACK</option>
            <option value="browser">this browser</option>
          </select>
        </label>
      </div>
      <Remark />
      <span class="sounding" data-sounding={now?.id ?? ''} />
    </footer>
  )
}
