// MIDI learn: which control of a device moves what, and the control that is moved next as a new binding.
import type { connection, midi_binding, midi_bindings, midi_mode } from 'loophole'
import { useState } from 'preact/hooks'
import { usePolled } from '../connection/polled'
import { clean } from '../base/format'
import { PADS } from '../kit/kits'
import { complain, say } from '../base/state'
import { ask, AskError } from '../connection/wire'
import { channel_words, midi_mode_words } from '../base/words'
import { Check } from '../base/check'

const PORTS = ['midi_in', 'midi_in_2', 'midi_in_3', 'midi_in_4']

const LEARN_MS = 20000
const BUDGET_MS = 20000
const SLOTS = 128

/** What a control may move, beside what a person types: docs/midi.md has all of it. */
const targets = (rows: string[]) => [
  ...channel_words.flatMap(channel => ['gain', 'pan', 'mute', 'solo'].map(what => `mixer/${channel}/${what}`)),
  ...['tempo', 'swing', 'metronome', 'start', 'stop', 'toggle', 'tap'].map(what => `transport/${what}`),
  'panic',
  'song/play',
  'song/stop',
  'kit/randomise',
  ...rows.flatMap(row => [`rows/${row}/mute`, `rows/${row}/solo`]),
  ...Array.from({ length: PADS }, (_, pad) => `pads/${pad}`),
  ...Array.from({ length: SLOTS }, (_, i) => `pattern/load/${i + 1}`),
]

function Line({
  of,
  devices,
  run,
}: {
  of: midi_binding
  devices: connection[]
  run: (promise: Promise<midi_bindings>, text: string) => void
}) {
  const target = clean(of.target)
  return (
    <tr data-target={target}>
      <td>{clean(of.control)}</td>
      <td>
        {devices
          .filter(one => one.port === portOf(of.control))
          .map(one => clean(one.to).split(':')[0])
          .join(', ') || portOf(of.control)}
      </td>
      <td>{target}</td>
      <td>{of.mode}</td>
      <td class="number">
        {of.from} to {of.until}
      </td>
      <td class="buttons">
        <button
          onClick={() =>
            run(ask('project.unbind', { project: '', named: of.target }, BUDGET_MS), `${target} has no control.`)
          }
          aria-label={`Forget ${target}`}
        >
          Forget
        </button>
      </td>
    </tr>
  )
}

async function loadTargets() {
  const rows = await ask('audio.rows', {}, 2000).catch(error => {
    if (error instanceof AskError && error.code === 'not_found') return undefined
    throw error
  })
  return targets((rows?.each ?? []).map(row => clean(row.name)))
}

/** The input of a control, from its name: `2:cc/1/7` is a control of midi_in_2. */
const portOf = (control: string) => PORTS[Number(/^([2-4]):/.exec(control)?.[1] ?? 1) - 1]!

const loadDevices = async () =>
  ((await ask('audio.ports', {}, 2000)).each ?? []).filter(one => PORTS.includes(one.port))

/** JACK mixes what the devices at one port send, so each device has a port of its own. */
function Devices({ each, again }: { each: connection[]; again: () => void }) {
  const [port, setPort] = useState(PORTS[0]!)
  const [to, setTo] = useState('')
  const run = (promise: Promise<unknown>, text: string) => promise.then(() => say(text), complain).then(again)
  return (
    <div class="buttons" role="group" aria-label="Devices">
      {each.map(one => (
        <span key={`${one.port} ${one.to}`} class="device" data-device={clean(one.to)}>
          {one.port}: {clean(one.to)}
          {!one.made && <em> is away</em>}{' '}
          <button
            aria-label={`Disconnect ${clean(one.to)} from ${one.port}`}
            onClick={() =>
              run(ask('audio.disconnect', { port: one.port, to: one.to }, 5000), `${clean(one.to)} is disconnected.`)
            }
          >
            Disconnect
          </button>
        </span>
      ))}
      <label>
        Device{' '}
        <input
          type="text"
          value={to}
          placeholder="nanoKONTROL2:out"
          size={20}
          onInput={event => setTo(event.currentTarget.value)}
        />
      </label>
      <label>
        at{' '}
        <select value={port} onChange={event => setPort(event.currentTarget.value)}>
          {PORTS.map(one => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <button
        disabled={!to.trim()}
        onClick={() =>
          run(ask('audio.connect', { port, to: to.trim() }, 5000), `${to.trim()} is connected to ${port}.`)
        }
      >
        Connect
      </button>
    </div>
  )
}

export function Learn() {
  const [got, again] = usePolled(() => ask('project.bindings', { project: '' }, 3000), 3000, [], ['project.changed'])
  const [devices = [], lookAgain] = usePolled(loadDevices, 3000)
  const [known] = usePolled(loadTargets, 5000)
  const [target, setTarget] = useState('')
  const [control, setControl] = useState('')
  const [mode, setMode] = useState('')
  const [over, setOver] = useState(false)
  const [waits, setWaits] = useState(0)
  const run = (promise: Promise<midi_bindings>, text: string) => promise.then(() => say(text), complain).then(again)
  const learn = () => {
    const body = {
      project: '',
      target: target.trim(),
      control: control.trim(),
      over,
      ...(mode ? { mode: mode as midi_mode } : {}),
    }
    setWaits(now => now + 1)
    run(ask('project.bind', body, LEARN_MS), `${body.target} has its control.`).then(() => setWaits(now => now - 1))
  }
  const each = got?.each ?? []
  return (
    <section aria-label="MIDI controls" class="controls" tabIndex={0}>
      <h2>MIDI controls</h2>
      <p class="buttons">
        <label>
          Target{' '}
          <input
            type="text"
            list="midi-targets"
            value={target}
            placeholder="mixer/pads/gain"
            size={24}
            onInput={event => setTarget(event.currentTarget.value)}
          />
        </label>
        <datalist id="midi-targets">
          {(known ?? targets([])).map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <label>
          Mode{' '}
          <select value={mode} onChange={event => setMode(event.currentTarget.value)}>
            <option value="">usual</option>
            {midi_mode_words.map(one => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <label>
          Control{' '}
          <input
            type="text"
            value={control}
            placeholder="the next one that is moved"
            size={22}
            onInput={event => setControl(event.currentTarget.value)}
          />
        </label>
        <Check on={over} put={setOver}>
          Also if it controls something else
        </Check>
        <button disabled={!got || !target.trim()} aria-pressed={waits > 0} onClick={learn}>
          Learn
        </button>
        <output aria-label="Learning">{waits > 0 && !control.trim() ? 'Move the control now.' : ''}</output>
      </p>
      <Devices each={devices} again={lookAgain} />
      {got && !each.length && (
        <p class="quiet">
          No control is bound. Connect a device once; two devices that send the same messages need a port each.
        </p>
      )}
      {each.length > 0 && (
        <table class="plain">
          <thead>
            <tr>
              <th>Control</th>
              <th>Device</th>
              <th>Moves</th>
              <th>Mode</th>
              <th>Range</th>
              <th>
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {each.map(one => (
              <Line key={one.target} of={one} devices={devices} run={run} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
