// The MIDI devices at the inputs of the engine. JACK mixes what the devices at one port send, so each device has a port
// of its own.
import type { connection } from 'loophole'
import { useState } from 'preact/hooks'
import { clean } from '../base/format'
import { Choice, Input } from '../base/labelled'
import { complain, say } from '../base/state'
import { ask } from '../connection/wire'

const PORTS = ['midi_in', 'midi_in_2', 'midi_in_3', 'midi_in_4']
const BUDGET_MS = 5000

export const loadDevices = async () =>
  ((await ask('audio.ports', {}, 2000)).each ?? []).filter(one => PORTS.includes(one.port))

/** The devices at the input of a control, or the input: `2:cc/1/7` is a control of midi_in_2. */
export function devicesOf(control: string, devices: connection[]): string {
  const port = PORTS[Number(/^([2-4]):/.exec(control)?.[1] ?? 1) - 1]!
  const names = devices.filter(one => one.port === port).map(one => clean(one.to).split(':')[0])
  return names.join(', ') || port
}

type Run = (promise: Promise<unknown>, text: string) => void

const Device = ({ of: { port, to, made }, run }: { of: connection; run: Run }) => (
  <span class="device" data-device={clean(to)}>
    {port}: {clean(to)}
    {!made && <em> is away</em>}{' '}
    <button
      aria-label={`Disconnect ${clean(to)} from ${port}`}
      onClick={() => run(ask('audio.disconnect', { port, to }, BUDGET_MS), `${clean(to)} is disconnected.`)}
    >
      Disconnect
    </button>
  </span>
)

export function Devices({ each, again }: { each: connection[]; again: () => void }) {
  const [port, setPort] = useState(PORTS[0]!)
  const [typed, setTyped] = useState('')
  const to = typed.trim()
  const run: Run = (promise, text) => promise.then(() => say(text), complain).then(again)
  return (
    <div class="buttons" role="group" aria-label="Devices">
      {each.map(one => (
        <Device key={`${one.port} ${one.to}`} of={one} run={run} />
      ))}
      <Input label="Device" value={typed} placeholder="nanoKONTROL2:out" size={20} put={setTyped} />
      <Choice label="at" value={port} of={PORTS} put={setPort} />
      <button
        disabled={!to}
        onClick={() => run(ask('audio.connect', { port, to }, BUDGET_MS), `${to} is connected to ${port}.`)}
      >
        Connect
      </button>
    </div>
  )
}
