// What the members of the team said about sounds: who, when, and what was overruled.
import type { said_line, team_said } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { change, changeTo } from '../items/edits'
import { clean, counted, idText, num, timeText } from '../base/format'
import { usePolled } from '../connection/polled'
import { ask } from '../connection/wire'
import { Check } from '../base/check'

const PAGES_MOST = 20,
  SHOWN = 100,
  REST_MS = 1000

interface Read {
  lines: said_line[]
  more: boolean
}

/** The engine lists by content, so that the newest are known after all pages. The number of pages is bounded. */
async function readSaid(conflicts: boolean): Promise<Read> {
  const lines: said_line[] = []
  let after: Uint8Array | undefined
  for (let pages = 0; pages < PAGES_MOST; pages++) {
    const got = await ask('composer.team_said', { conflicts, ...(after && { after }) }, 5000)
    lines.push(...(got.each ?? []).filter(one => one.each?.length))
    after = got.next
    if (!after) break
  }
  const at = (of: said_line) => num(of.each![0]!.at)
  return { lines: lines.sort((a, b) => at(b) - at(a)), more: after !== undefined }
}

/** Read again after commits, but with a rest in between: a scan makes many. */
function useSaid(conflicts: boolean): Read | undefined {
  const ended = useRef(-REST_MS)
  const load = async () => {
    await new Promise(done => setTimeout(done, ended.current + REST_MS - performance.now()))
    return readSaid(conflicts).finally(() => {
      ended.current = performance.now()
    })
  }
  return usePolled(load, 30000, [conflicts], ['persist.changed'])[0]
}

const KINDS: Record<string, string> = { fact: '', tag: 'tag ', query: 'saved query ' }
const fieldText = (field: string) =>
  /^(use|kit):/.test(field)
    ? field.slice(0, 3)
    : clean(field.replace(/^(fact|tag|query):/, (_, kind: string) => KINDS[kind]!))
function valueText({ field, value }: team_said): string {
  // after the kind of the context
  if (field.startsWith('use:')) return clean(value.split('\n').slice(1).filter(Boolean).join(' · ')) || 'none'
  if (!field.startsWith('fact:')) return clean(value.replace(/\s+/g, ' ')) || 'none'
  return value ? clean(value.startsWith('n') ? String(Number(value.slice(1))) : value.slice(1)) : 'none'
}

/** An edit by a person is a newer statement than each that this engine knows. */
function Take({ of, item, mine }: { of: team_said; item: Uint8Array; mine: boolean }) {
  const what = changeTo(of.field, of.value)
  const take = () =>
    what && change([idText(item)], `Take ${fieldText(of.field)} ${valueText(of)} of ${clean(of.who)}`, what)
  return what ? <button onClick={take}>{mine ? 'Keep mine' : 'Take this value'}</button> : null
}

const Statement = ({ of }: { of: team_said }) => (
  <>
    {valueText(of)}{' '}
    <span class="quiet">
      ({clean(of.who)}, {timeText(num(of.at))})
    </span>
  </>
)

function Line({ of, me }: { of: said_line; me: string }) {
  const [holds, ...others] = of.each as [team_said, ...team_said[]]
  const overruled = others.filter(one => one.value !== holds.value)
  return (
    <tr>
      <td>{of.item ? clean(of.name) : holds.content.length ? '(not here)' : '–'}</td>
      <td>{fieldText(holds.field)}</td>
      <td class="path">
        <Statement of={holds} />
      </td>
      <td class="path">
        {overruled.map(one => (
          <div key={one.member}>
            <Statement of={one} /> {of.item && <Take of={one} item={of.item} mine={one.member === me} />}
          </div>
        ))}
      </td>
    </tr>
  )
}

/** `me`: the id of this engine as a member. */
export function Said({ me }: { me: string }) {
  const [only, setOnly] = useState(false)
  const [most, setMost] = useState(SHOWN)
  const got = useSaid(only)
  const lines = got?.lines ?? []
  return (
    <>
      <p class="buttons">
        <Check on={only} put={setOnly}>
          Only where values differ
        </Check>
      </p>
      {got?.more && (
        <p class="notice">
          Only {counted(lines.length, 'field')} could be read for this list. `loophole composer team said --all` lists
          all.
        </p>
      )}
      {got && !lines.length && (
        <p class="quiet">{only ? 'The team says nothing that differs.' : 'The team has said nothing.'}</p>
      )}
      {lines.length > 0 && (
        <table class="plain said">
          <thead>
            <tr>
              <th>Sound</th>
              <th>Field</th>
              <th>Holds</th>
              <th>Overruled</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, most).map(one => (
              <Line key={one.key.join()} of={one} me={me} />
            ))}
          </tbody>
        </table>
      )}
      {lines.length > most && (
        <p>
          <button onClick={() => setMost(most + SHOWN)}>More</button>
        </p>
      )}
    </>
  )
}
