// The panel of regions: the waveform of a clip's item, the selected part, and the regions of its ten keys.
import type { item, region as clip_region } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Cell, useCell, useLoaded } from '../base/cell'
import { clean, idText, lengthText, num } from '../base/format'
import { hearBetween, hearFrom, region as selection } from '../sound/hear'
import { Icon } from '../base/icons'
import { useNames } from '../items/itemnames'
import { enterMode } from '../base/keyboard'
import { setShown } from './regionkeys'
import * as deeds from './regions'
import { TypedField } from '../base/typedfield'
import { VolumeSlider } from './volumeslider'
import { WaveCanvas } from '../sound/wavecanvas'
import { isFar, listen } from '../connection/wire'

const changed = new Cell(0) // raised when the clip or its regions may be others
const look = () => changed.set(changed.value + 1)
let reached = false // the panel was asked for: it takes the focus

/** Shows the regions of a clip; the keyboard is then in their panel. */
export function showRegions(clip: string) {
  deeds.clipAt.set(clip)
  reached = true
  enterMode('loops')
}

// ---- the clip ----

/** The selected part in seconds; what is typed changes it. */
function Selected({ of }: { of: item }) {
  const id = idText(of.media.id)
  const rate = num(of.media.sample_rate) || 1
  const frames = num(of.media.frames)
  const part = useCell(selection, one => (one?.id === id ? one : undefined))
  const [digit, setDigit] = useState('')
  const put = (from: number, end: number) => {
    if (from >= 0 && end > from && end <= frames) selection.set({ id, from, end })
  }
  const shown = (frame: number | undefined) => (frame === undefined ? '' : (frame / rate).toFixed(3))
  const save = () => {
    if (!part) return
    if (digit) deeds.saveRegion(Number(digit), part.from, part.end)
    else deeds.saveOnFreeKey(part.from, part.end)
  }
  return (
    <p class="buttons">
      <label>
        From{' '}
        <TypedField
          type="number"
          min="0"
          step="0.001"
          size={8}
          aria-label="Selection from, seconds"
          value={shown(part?.from)}
          put={typed => put(Math.round(Number(typed) * rate), part?.end ?? frames)}
        />{' '}
        s
      </label>
      <label>
        to{' '}
        <TypedField
          type="number"
          min="0"
          step="0.001"
          size={8}
          aria-label="Selection to, seconds"
          value={shown(part?.end)}
          put={typed => put(part?.from ?? 0, Math.round(Number(typed) * rate))}
        />{' '}
        s
      </label>
      <label>
        on key{' '}
        <select value={digit} onChange={event => setDigit(event.currentTarget.value)}>
          <option value="">the first free</option>
          {deeds.DIGITS.map(one => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <button disabled={!part} title="Space" onClick={save}>
        Save the region
      </button>
    </p>
  )
}

const PADS = [0, 10, 20, 30, 40, 54, 64, 74, 82]

function Pads({ now }: { now: number | undefined }) {
  const offered = now === undefined || PADS.includes(now) ? PADS : [...PADS, now]
  return (
    <label>
      Its regions on{' '}
      <select
        value={now ?? ''}
        onChange={event =>
          deeds.setRegionPads(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))
        }
      >
        <option value="">no pads</option>
        {offered.map(one => (
          <option key={one} value={one}>
            the pads {deeds.padsText(one)}
          </option>
        ))}
      </select>
    </label>
  )
}

function Wave({ of, each }: { of: item; each: clip_region[] }) {
  const frames = num(of.media.frames) || 1
  return (
    <div class="regionwave">
      <WaveCanvas
        plain
        of={of}
        onPart={part => hearFrom(of, part)}
        onBetween={(from, end) => hearBetween(of, from, end)}
        label="Drag: select a part. Click: play from here"
      />
      {each.map(one => (
        <span
          key={num(one.digit)}
          class={`mark ${one.locked ? 'locked' : ''}`}
          aria-hidden="true"
          style={{
            left: `${(100 * num(one.start)) / frames}%`,
            width: `${(100 * (num(one.end) - num(one.start))) / frames}%`,
          }}
        >
          {num(one.digit)}
        </span>
      ))}
    </div>
  )
}

function Region({ of, rate }: { of: clip_region; rate: number }) {
  const digit = num(of.digit)
  return (
    <li data-digit={digit} data-locked={of.locked}>
      <button aria-label={`Play region ${digit}`} title="Play" onClick={() => deeds.playRegion(deeds.keyOf(digit))}>
        <kbd>{digit}</kbd> <Icon name="play" size={14} />
      </button>
      <span>
        {lengthText(num(of.start) / rate)} to {lengthText(num(of.end) / rate)}
      </span>
      <VolumeSlider
        value={of.volume}
        locked={of.locked}
        name={`region ${digit}`}
        put={volume => deeds.setRegionVolume(digit, volume)}
      />
      <button
        aria-pressed={of.locked}
        aria-label={`Lock region ${digit}`}
        title={`Lock (Ctrl+${digit})`}
        onClick={() => deeds.lockRegion(digit)}
      >
        <Icon name={of.locked ? 'locked' : 'unlocked'} size={14} />
      </button>
      <button
        disabled={of.locked}
        aria-label={`Delete region ${digit}`}
        title={`Delete (Backspace and ${digit})`}
        onClick={() => deeds.deleteRegion(digit)}
      >
        <Icon name="delete" size={14} />
      </button>
    </li>
  )
}

export function Regions() {
  const clips = useCell(deeds.clips)
  const clip = useCell(deeds.clipAt)
  const now = useCell(deeds.shownRegions)
  const panel = useRef<HTMLElement>(null)
  useLoaded(deeds.lookAtRegions, changed, [clip])
  useEffect(() => listen('project.changed', look), [])
  useEffect(() => {
    if (reached) requestAnimationFrame(() => panel.current?.focus())
    reached = false
  }, [])
  const of = useNames(now?.item ? [now.item] : []).get(now?.item ? idText(now.item) : '')
  useEffect(() => {
    setShown(of)
    return () => setShown(undefined)
  }, [of])
  const each = now?.each ?? []
  return (
    <section
      ref={panel}
      aria-label="Regions"
      class="regionpanel"
      tabIndex={0}
      data-clip={now ? idText(now.clip) : undefined}
    >
      <h2>Regions</h2>
      {!clips.length && (
        <p class="quiet">The open project has no clip. A clip has a region for each of the keys 1 to 9 and 0.</p>
      )}
      {now && (
        <p class="buttons">
          <label>
            Clip{' '}
            <select value={idText(now.clip)} onChange={event => deeds.clipAt.set(event.currentTarget.value)}>
              {clips.map(one => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
          {now.armed ? (
            <span>Its keys are armed.</span>
          ) : (
            <span class="quiet">Playing it, or one of its regions, arms its keys.</span>
          )}
          {now.armed && !isFar && <Pads now={now.pads === undefined ? undefined : num(now.pads)} />}
        </p>
      )}
      {now?.warning && <p class="notice">{clean(now.warning)}</p>}
      {now?.placeholder && <p class="notice placeholder">It cannot sound: {clean(now.placeholder)}</p>}
      {of && (
        <>
          <Wave of={of} each={each} />
          <Selected of={of} />
        </>
      )}
      <ul class="regions">
        {each.map(one => (
          <Region key={num(one.digit)} of={one} rate={num(of?.media.sample_rate) || 1} />
        ))}
      </ul>
      {of && (
        <p class="quiet">
          Drag in the waveform, or set the ends with [ and ] while it plays: Space saves the part. The digits play here,
          those of the keypad from anywhere in this mode; with Ctrl they lock, with Backspace held they delete.
        </p>
      )}
    </section>
  )
}
