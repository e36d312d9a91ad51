// What the engine says of itself: logs, deaths with their backtraces, what doctor finds.
import type { crash_line, finding_line } from 'loophole'
import { useState } from 'preact/hooks'
import { usePolled } from '../connection/polled'
import { clean, num, timeText } from '../base/format'
import { complain } from '../base/state'
import { ask } from '../connection/wire'
import { Check } from '../base/check'
import { Choice, Input } from '../base/labelled'

const LINES = 300

const levelOf = (line: string) => /^\S+ (\w+)/.exec(line)?.[1] ?? ''
const TROUBLE = new Set(['warning', 'warn', 'error', 'fault'])

export function Logs({ services }: { services: string[] }) {
  const [service, setService] = useState('')
  const [words, setWords] = useState('')
  const [onlyTrouble, setOnlyTrouble] = useState(false)
  const [got] = usePolled(() => ask('web.logs', { service, limit: LINES }, 3000), 2000, [service])
  const wanted = words.toLowerCase()
  const lines = (got?.each ?? [])
    .map(one => clean(one.line))
    .filter(line => line.toLowerCase().includes(wanted) && (!onlyTrouble || TROUBLE.has(levelOf(line))))
  return (
    <section aria-label="Logs" class="wide">
      <h2>Logs</h2>
      <p class="buttons">
        <Choice
          label="Service"
          value={service || undefined}
          of={[undefined, ...services]}
          text={name => name ?? 'all'}
          put={name => setService(name ?? '')}
        />
        <Input label="Containing" type="search" value={words} put={setWords} />
        <Check on={onlyTrouble} put={setOnlyTrouble}>
          Only warnings and errors
        </Check>
      </p>
      <div class="log" tabIndex={0} role="log" aria-label="Lines of the logs, the latest first">
        {!lines.length && <p class="quiet">No lines.</p>}
        {lines.reverse().map((line, i) => (
          <pre key={i} class={TROUBLE.has(levelOf(line)) ? 'bad' : ''}>
            {line}
          </pre>
        ))}
      </div>
    </section>
  )
}

function Record({ name }: { name: string }) {
  const [got] = usePolled(() => ask('web.crashes', { name }, 3000), 60000, [name])
  return (
    <pre class="record" tabIndex={0} aria-label={`Record of ${name}`}>
      {got?.each?.[0]?.record?.replace(/[^\n\P{Cc}]/gu, '\ufffd') ?? '…'}
    </pre>
  )
}

function Death({ of }: { of: crash_line }) {
  const [open, setOpen] = useState(false)
  return (
    <li>
      <button aria-expanded={open} onClick={() => setOpen(!open)}>
        <time>{timeText(num(of.at_us))}</time>
        <strong>{of.service}</strong>
        <span>
          {clean(of.cause || of.ended || of.signal)}
          {of.hang ? ' (it hung)' : ''}
        </span>
        <span class="path">{clean(of.in_hand)}</span>
      </button>
      {open && <Record name={of.name} />}
    </li>
  )
}

export function Deaths() {
  const [got] = usePolled(() => ask('web.crashes', {}, 3000), 3000)
  const each = got?.each ?? []
  return (
    <section aria-label="Deaths" class="wide" tabIndex={0}>
      <h2>Deaths</h2>
      {got && !each.length && <p class="quiet">No service has died.</p>}
      <ul class="deaths">
        {each.map(one => (
          <Death key={one.name} of={one} />
        ))}
      </ul>
    </section>
  )
}

const MARKS: Record<string, string> = { ok: '✓', watch: '!', bad: '✗' }

export function Doctor() {
  const [found, setFound] = useState<finding_line[]>()
  const [busy, setBusy] = useState(false)
  const [all, setAll] = useState(false)
  const examine = () => {
    setBusy(true)
    ask('web.doctor', {}, 60000)
      .then(got => setFound(got.each ?? []), complain)
      .finally(() => setBusy(false))
  }
  const shown = (found ?? []).filter(one => all || one.verdict !== 'ok')
  return (
    <section aria-label="Doctor" tabIndex={0}>
      <h2>Doctor</h2>
      <p class="buttons">
        <button disabled={busy} onClick={examine}>
          {busy ? 'Looking…' : 'Check the machine and the engine'}
        </button>
        {found && (
          <Check on={all} put={setAll}>
            Also the checks that passed
          </Check>
        )}
      </p>
      {found && !found.some(one => one.verdict !== 'ok') && <p role="status">All {found.length} checks are well.</p>}
      {shown.length > 0 && (
        <ul class="findings">
          {shown.map((one, i) => (
            <li key={i} class={one.verdict}>
              <span class="mark" title={one.verdict}>
                {MARKS[one.verdict] ?? one.verdict}
              </span>
              <span>
                <strong>{clean(one.about)}</strong> {clean(one.what)}
                {one.to_do && <small>{clean(one.to_do)}</small>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
