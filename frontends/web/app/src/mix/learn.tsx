// MIDI learn: which control of a device moves what, and the control that is moved next as a new binding.
import type { connection, midi_binding } from 'loophole'
import { useState } from 'preact/hooks'
import { Check } from '../base/check'
import { clean } from '../base/format'
import { Choice, Input } from '../base/labelled'
import { TableHead } from '../base/tablehead'
import { midi_mode_words } from '../base/words'
import { usePolled } from '../connection/polled'
import { Devices, devicesOf, loadDevices } from './devices'
import { useLearn, useTargets, type LearnNow, type Wish } from './uselearn'

interface LineProps {
  of: midi_binding
  devices: connection[]
  forget: () => void
}

function Line({ of, devices, forget }: LineProps) {
  const target = clean(of.target)
  return (
    <tr data-target={target}>
      <td>{clean(of.control)}</td>
      <td>{devicesOf(of.control, devices)}</td>
      <td>{target}</td>
      <td>{of.mode}</td>
      <td class="number">
        {of.from} to {of.until}
      </td>
      <td class="buttons">
        <button onClick={forget} aria-label={`Forget ${target}`}>
          Forget
        </button>
      </td>
    </tr>
  )
}

function Learning({ now }: { now: LearnNow }) {
  const [wish, setWish] = useState<Wish>({ target: '', control: '', mode: undefined, over: false })
  const put = (part: Partial<Wish>) => setWish(of => ({ ...of, ...part }))
  const targets = useTargets()
  return (
    <p class="buttons">
      <Input
        label="Target"
        list="midi-targets"
        value={wish.target}
        placeholder="mixer/pads/gain"
        size={24}
        put={target => put({ target })}
      />
      <datalist id="midi-targets">
        {targets.map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Choice
        label="Mode"
        value={wish.mode}
        of={[undefined, ...midi_mode_words]}
        text={one => one ?? 'usual'}
        put={mode => put({ mode })}
      />
      <Input
        label="Control"
        value={wish.control}
        placeholder="the next one that is moved"
        size={22}
        put={control => put({ control })}
      />
      <Check on={wish.over} put={over => put({ over })}>
        Also if it controls something else
      </Check>
      <button disabled={!now.isKnown || !wish.target.trim()} aria-pressed={now.waits} onClick={() => now.learn(wish)}>
        Learn
      </button>
      <output aria-label="Learning">{now.waits && !wish.control.trim() ? 'Move the control now.' : ''}</output>
    </p>
  )
}

export function Learn() {
  const now = useLearn()
  const [devices = [], lookAgain] = usePolled(loadDevices, 3000)
  return (
    <section aria-label="MIDI controls" class="controls" tabIndex={0}>
      <h2>MIDI controls</h2>
      <Learning now={now} />
      <Devices each={devices} again={lookAgain} />
      {now.isKnown && !now.each.length && (
        <p class="quiet">
          No control is bound. Connect a device once; two devices that send the same messages need a port each.
        </p>
      )}
      {now.each.length > 0 && (
        <table class="plain">
          <TableHead of={['Control', 'Device', 'Moves', 'Mode', 'Range']} />
          <tbody>
            {now.each.map(one => (
              <Line key={one.target} of={one} devices={devices} forget={() => now.forget(one.target)} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
