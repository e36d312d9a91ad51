// The mixer: a strip for each channel, with its fader, its meters, what it sends and its insert.
import type { chain_state, channel, mixer_strip } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePolled } from '../connection/polled'
import { gainAt, placeOfGain } from './fader'
import { pairsOf, useForeignPorts, type Pair } from '../sound/foreignports'
import { dbText, num } from '../base/format'
import { hasInsert, Insert } from './insert'
import { Knob } from './knob'
import { useLevels } from '../connection/levels'
import { Level } from './level'
import { complain } from '../base/state'
import { channel_words } from '../base/words'
import { ask } from '../connection/wire'

const CAN_SEND: channel[] = ['streams', 'sounds', 'pads']
const HAS_PORTS: channel[] = ['streams', 'sounds', 'pads', 'sequencer', 'metronome']
const CATCH_UP_MS = 5000 // an event may be lost
const MARKS = [6, 0, -6, -12, -24, -48]

/** The highest peak since the last click, red after a clip: a sample at or over full scale, of the master before its
 * limiter. */
function Highest({ bus }: { bus: string }) {
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

/** The strip as it is moved, and what moves it: one ask is under way at a time, with the newest values. */
function useMoved(strip: mixer_strip, again: () => void) {
  const [moved, setMoved] = useState<Partial<mixer_strip>>({})
  const next = useRef<Partial<mixer_strip>>()
  const busy = useRef(false)
  const held = useRef(false)
  useEffect(() => {
    if (!busy.current && !held.current) setMoved({})
  }, [strip])
  useEffect(() => {
    const leave = () => {
      held.current = false
    }
    addEventListener('pointerup', leave)
    addEventListener('pointercancel', leave)
    return () => {
      removeEventListener('pointerup', leave)
      removeEventListener('pointercancel', leave)
    }
  }, [])
  const send = () => {
    const part = next.current
    next.current = undefined
    busy.current = part !== undefined
    if (part)
      ask('audio.set_strip', { strip: { bus: strip.bus, ...part } })
        .catch(error => {
          setMoved({})
          complain(error)
        })
        .then(send)
        .then(again)
  }
  const put = (part: Partial<mixer_strip>) => {
    setMoved(now => ({ ...now, ...part }))
    next.current = { ...next.current, ...part }
    if (!busy.current) send()
  }
  return { now: { ...strip, ...moved }, put, held }
}

interface StripProps {
  strip: mixer_strip
  known: boolean
  again: () => void
  insert: chain_state | undefined
  insertsKnown: boolean
  insertsAgain: () => void
  offered: Pair[]
}

/** A strip; before its values are known it has its place already. */
function Strip({ strip, known, again, insert, insertsKnown, insertsAgain, offered }: StripProps) {
  const { now, put, held } = useMoved(strip, again)
  const bus = strip.bus as channel
  const gain = now.gain ?? 1
  const toggle = (what: 'mute' | 'solo' | 'apart' | 'pfl', name: string, shown: string, title = name) => (
    <button
      disabled={!known}
      data-says={what}
      aria-label={name}
      aria-pressed={now[what] ?? false}
      title={title}
      onClick={() => put({ [what]: !now[what] })}
    >
      {shown}
    </button>
  )
  return (
    <div
      class="strip"
      role="group"
      aria-label={bus}
      onPointerDown={event => {
        held.current = (event.target as HTMLElement).closest('.knob, input[type=range]') !== null
      }}
    >
      <strong>{bus}</strong>
      <Knob
        label="Pan"
        value={now.pan ?? 0}
        least={-1}
        most={1}
        by={0.01}
        usual={0}
        known={known}
        put={pan => put({ pan })}
      />
      <div class="throw">
        <input
          type="range"
          class="fader"
          aria-label="Gain"
          aria-valuetext={`${dbText(gain)} dB`}
          title="Double click: 0 dB"
          disabled={!known}
          min="0"
          max="1"
          step="0.0025"
          value={placeOfGain(gain)}
          onInput={event => put({ gain: gainAt(Number(event.currentTarget.value)) })}
          onDblClick={() => put({ gain: 1 })}
        />
        <span class="marks" aria-hidden="true">
          {MARKS.map(db => (
            <small key={db} style={{ bottom: `${placeOfGain(10 ** (db / 20)) * 100}%` }}>
              {db}
            </small>
          ))}
        </span>
        <Level bus={bus} side="left" label={`${bus} left`} part={placeOfGain} />
        <Level bus={bus} side="right" label={`${bus} right`} part={placeOfGain} />
      </div>
      <span class="values">
        <output>{known ? `${dbText(gain)} dB` : '–'}</output>
        <Highest bus={bus} />
      </span>
      <span class="buttons">
        {toggle('mute', 'Mute', 'M')}
        {toggle('solo', 'Solo', 'S')}
        {HAS_PORTS.includes(bus) && (
          <>
            {toggle('pfl', 'Cue', 'Cue', 'Listen before the fader')}
            {toggle('apart', 'Direct out', 'Out', 'Only at its own ports, not at main')}
          </>
        )}
      </span>
      {hasInsert(bus) && <Insert of={bus} now={insert} known={insertsKnown} again={insertsAgain} offered={offered} />}
      {CAN_SEND.includes(bus) && (
        <span class="sends">
          {(['reverb', 'delay'] as const).map(to => (
            <Knob
              key={to}
              label={to === 'reverb' ? 'Reverb' : 'Delay'}
              value={now[`${to}_send`] ?? 0}
              least={0}
              most={1}
              by={0.01}
              usual={0}
              known={known}
              put={level => put({ [`${to}_send`]: level })}
            />
          ))}
        </span>
      )}
    </div>
  )
}

export function Mixer() {
  const [mixer, again] = usePolled(() => ask('audio.mixer', {}, 2000), CATCH_UP_MS, [], ['audio.sounding_changed'])
  const offered = pairsOf(useForeignPorts().inputs)
  const [inserts, insertsAgain] = usePolled(
    () => ask('audio.inserts', {}, 2000),
    CATCH_UP_MS,
    [],
    ['audio.sounding_changed', 'audio.insert_changed'],
  )
  const strips = mixer?.strips ?? channel_words.map(bus => ({ bus }) as mixer_strip)
  const order = (one: mixer_strip) => channel_words.indexOf(one.bus as channel)
  return (
    <section aria-label="Mixer" class="mixer" data-live={mixer !== undefined}>
      {[...strips]
        .sort((a, b) => order(a) - order(b))
        .map(strip => (
          <Strip
            key={strip.bus}
            strip={strip}
            known={mixer !== undefined}
            again={again}
            insert={inserts?.each?.find(one => one.channel === strip.bus)}
            insertsKnown={inserts !== undefined}
            insertsAgain={insertsAgain}
            offered={offered}
          />
        ))}
    </section>
  )
}
