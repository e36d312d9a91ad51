// The panel of regions: the waveform of a clip's item, the selected part, and the regions of its ten keys.
import type { region as clip_region, regions } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { Cell, useCell, useLoaded } from '../base/cell'
import { clean, idText, lengthText, num } from '../base/format'
import { Icon } from '../base/icons'
import { enterMode } from '../base/keyboard'
import { Choice } from '../base/labelled'
import { isFar, listen } from '../connection/wire'
import { useNames } from '../items/itemnames'
import { setShown } from './regionkeys'
import * as asks from './regions'
import { Selected, Wave } from './selectedpart'
import { VolumeSlider } from './volumeslider'

const changed = new Cell(0) // raised when the clip or its regions may be others
const look = () => changed.set(changed.value + 1)
let reached = false // the panel was asked for: it takes the focus

/** Shows the regions of a clip; the keyboard is then in their panel. */
export function showRegions(clip: string) {
  asks.clipAt.set(clip)
  reached = true
  enterMode('loops')
}

/** The regions that are shown, with the item of their clip. */
function useRegions() {
  const clip = useCell(asks.clipAt)
  const now = useCell(asks.shownRegions)
  useLoaded(asks.lookAtRegions, changed, [clip])
  useEffect(() => listen('project.changed', look), [])
  const of = useNames(now?.item ? [now.item] : []).get(now?.item ? idText(now.item) : '')
  useEffect(() => {
    setShown(of)
    return () => setShown(undefined)
  }, [of])
  return { now, of }
}

const PADS = [0, 10, 20, 30, 40, 54, 64, 74, 82]

function Pads({ now }: { now: number | undefined }) {
  return (
    <Choice
      label="Its regions on"
      value={now}
      of={[undefined, ...new Set([...PADS, now ?? 0])]}
      text={one => (one === undefined ? 'no pads' : `the pads ${asks.padsText(one)}`)}
      put={asks.setRegionPads}
    />
  )
}

/** Which clip is shown, and what its keys do. */
function Clip({ now }: { now: regions }) {
  const clips = useCell(asks.clips)
  return (
    <>
      <p class="buttons">
        <Choice
          label="Clip"
          value={idText(now.clip)}
          of={clips.map(one => one.id)}
          text={id => clips.find(one => one.id === id)!.name}
          put={id => asks.clipAt.set(id)}
        />
        {now.armed ? (
          <span>Its keys are armed.</span>
        ) : (
          <span class="quiet">Playing it, or one of its regions, arms its keys.</span>
        )}
        {now.armed && !isFar && <Pads now={now.pads === undefined ? undefined : num(now.pads)} />}
      </p>
      {now.warning && <p class="notice">{clean(now.warning)}</p>}
      {now.placeholder && <p class="notice placeholder">It cannot sound: {clean(now.placeholder)}</p>}
    </>
  )
}

function Region({ of, rate }: { of: clip_region; rate: number }) {
  const digit = num(of.digit)
  return (
    <li data-digit={digit} data-locked={of.locked}>
      <button aria-label={`Play region ${digit}`} title="Play" onClick={() => asks.playRegion(asks.keyOf(digit))}>
        <kbd>{digit}</kbd> <Icon name="play" size={14} />
      </button>
      <span>
        {lengthText(num(of.start) / rate)} to {lengthText(num(of.end) / rate)}
      </span>
      <VolumeSlider
        value={of.volume}
        locked={of.locked}
        name={`region ${digit}`}
        put={volume => asks.setRegionVolume(digit, volume)}
      />
      <button
        aria-pressed={of.locked}
        aria-label={`Lock region ${digit}`}
        title={`Lock (Ctrl+${digit})`}
        onClick={() => asks.lockRegion(digit)}
      >
        <Icon name={of.locked ? 'locked' : 'unlocked'} size={14} />
      </button>
      <button
        disabled={of.locked}
        aria-label={`Delete region ${digit}`}
        title={`Delete (Backspace and ${digit})`}
        onClick={() => asks.deleteRegion(digit)}
      >
        <Icon name="delete" size={14} />
      </button>
    </li>
  )
}

export function Regions() {
  const hasClips = useCell(asks.clips, all => all.length > 0)
  const { now, of } = useRegions()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    if (reached) requestAnimationFrame(() => panel.current?.focus())
    reached = false
  }, [])
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
      {!hasClips && (
        <p class="quiet">The open project has no clip. A clip has a region for each of the keys 1 to 9 and 0.</p>
      )}
      {now && <Clip now={now} />}
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
