// The team of this engine: its members, joining and leaving it, and what was said in it.
import type { team_shown } from 'loophole'
import { useState } from 'preact/hooks'
import { copyText } from '../items/basket'
import { clean, counted, num, timeText } from '../base/format'
import { usePolled } from '../connection/polled'
import { Said } from './said'
import { complain, say } from '../base/state'
import { ask, isFar } from '../connection/wire'
import { Check } from '../base/check'
import { Input } from '../base/labelled'

const BUDGET_MS = 60000
const USES_MOST = 64,
  HOURS_MOST = 720,
  NAME_MOST = 64

/** Sends one command about the team at a time. */
function useCommand(again: () => void) {
  const [busy, setBusy] = useState(false)
  const run = (command: () => Promise<unknown>) => {
    setBusy(true)
    command()
      .catch(complain)
      .finally(() => {
        setBusy(false)
        again()
      })
  }
  return { busy, run }
}
type Command = ReturnType<typeof useCommand>

interface Typed {
  label: string
  value: string
  set: (value: string) => void
  placeholder?: string
}
const Text = ({ set, ...rest }: Typed) => (
  <Input put={set} size={20} maxLength={NAME_MOST} spellcheck={false} autocomplete="off" {...rest} />
)

/** The forms of an engine that is in no team, or not as the member that it was. */
function Join({ by }: { by: Command }) {
  const [name, setName] = useState('')
  const [team, setTeam] = useState('')
  const [code, setCode] = useState('')
  const make = (event: Event) => {
    event.preventDefault()
    by.run(() =>
      ask('composer.team_create', { team: team.trim(), name: name.trim() }, BUDGET_MS).then(() =>
        say(`The team ${team.trim()} is made.`),
      ),
    )
  }
  const join = (event: Event) => {
    event.preventDefault()
    by.run(() =>
      ask('composer.team_join', { code: code.trim(), name: name.trim() }, BUDGET_MS).then(got =>
        say(`This engine is in the team ${clean(got.team)}.`),
      ),
    )
  }
  const lacks = by.busy || !name.trim()
  return (
    <>
      <p class="buttons">
        <Text label="Name of this engine for the others" value={name} set={setName} placeholder="desk" />
      </p>
      <form class="buttons" onSubmit={make}>
        <Text label="Name of the team" value={team} set={setTeam} />
        <button disabled={lacks || !team.trim()}>Make a team</button>
      </form>
      <form class="buttons" onSubmit={join}>
        <Text label="Code of a team" value={code} set={setCode} />
        <button disabled={lacks || !code.trim()}>Join</button>
      </form>
    </>
  )
}

const Count = ({
  label,
  value,
  most,
  set,
}: {
  label: string
  value: number
  most: number
  set: (value: number) => void
}) => (
  <label>
    {label}{' '}
    <input
      type="number"
      min={1}
      max={most}
      required
      value={value}
      onInput={event => set(event.currentTarget.valueAsNumber)}
    />
  </label>
)

/** A code is shown until the panel goes or another one is made: the engine keeps none. */
function Codes({ by }: { by: Command }) {
  const [uses, setUses] = useState(1)
  const [hours, setHours] = useState(24)
  const [made, setMade] = useState<{ code: string; words: string }>()
  const make = (event: Event) => {
    event.preventDefault()
    const words = `${counted(uses, 'engine')} may join by it within ${counted(hours, 'hour')}. It is shown only once.`
    by.run(() =>
      ask('composer.team_code', { uses, hours }, BUDGET_MS).then(got =>
        setMade(got.code ? { code: clean(got.code), words } : undefined),
      ),
    )
  }
  const revoke = () =>
    by.run(() =>
      ask('composer.team_code', { uses: 1, hours: 1, revoke: true }, BUDGET_MS).then(() => {
        setMade(undefined)
        say('No code of this team is valid.')
      }),
    )
  return (
    <>
      <form class="buttons" onSubmit={make}>
        <Count label="Engines" value={uses} most={USES_MOST} set={setUses} />
        <Count label="Hours" value={hours} most={HOURS_MOST} set={setHours} />
        <button disabled={by.busy}>Make a code</button>
        <button type="button" disabled={by.busy} onClick={revoke}>
          Revoke all codes
        </button>
      </form>
      <p class="buttons" role="status">
        {made && (
          <>
            <code>{made.code}</code>
            <button onClick={() => copyText(made.code, 'The code')}>Copy the code</button>
            {made.words}
          </>
        )}
      </p>
    </>
  )
}

function Leave({ of, by }: { of: team_shown; by: Command }) {
  const [asked, setAsked] = useState(false)
  const [forget, setForget] = useState(false)
  const leave = () =>
    by.run(() =>
      ask('composer.team_leave', { forget }, BUDGET_MS).then(() =>
        say(`This engine has left the team ${clean(of.team)}.`),
      ),
    )
  if (!asked)
    return (
      <p class="buttons">
        <button onClick={() => setAsked(true)}>Leave the team…</button>
      </p>
    )
  return (
    <p class="buttons" role="group" aria-label="Leave the team">
      What was learned stays here.
      <Check on={forget} put={setForget}>
        Also remove from the server what this engine said
      </Check>
      <button disabled={by.busy} onClick={leave}>
        Leave {clean(of.team)}
      </button>
      <button
        onClick={() => {
          setAsked(false)
          setForget(false)
        }}
      >
        Stay
      </button>
    </p>
  )
}

const NO_EXCHANGE = 'no exchange since the start of the engine'

const exchangeText = (of: team_shown) => {
  const last = num(of.last_sync) ? `last exchange ${timeText(num(of.last_sync))}` : NO_EXCHANGE
  const known = `${counted(num(of.waiting), 'statement')} not sent yet, ${counted(num(of.known), 'field')} known`
  const comparing = of.comparing ? '; the items here are being compared with what the team says' : ''
  return `${clean(of.server)}: ${last}; ${known}${comparing}.`
}

/** On its own machine a restored engine goes on as the member that it was, if a person says so. */
function Restored({ of, by }: { of: team_shown; by: Command }) {
  const name = of.members?.find(one => one.id === of.me)?.name ?? ''
  const join = () =>
    by.run(() =>
      ask('composer.team_join', { name }, BUDGET_MS).then(() => say('This engine exchanges with its team again.')),
    )
  return (
    <>
      <p class="notice">
        This catalogue was restored, or comes from another machine: nothing is sent.{' '}
        <button disabled={by.busy || !name} onClick={join}>
          Go on as {clean(name)}
        </button>{' '}
        On another machine than before it joins by a code.
      </p>
      <Join by={by} />
    </>
  )
}

function Together({ of, by }: { of: team_shown; by: Command }) {
  return (
    <>
      <ul aria-label="Members">
        {(of.members ?? []).map(one => (
          <li key={one.id}>
            {clean(one.name)}
            {one.id === of.me && <strong> (this engine)</strong>}{' '}
            <span class="quiet">since {timeText(num(one.joined))}</span>
          </li>
        ))}
      </ul>
      <p class="quiet">{exchangeText(of)}</p>
      {of.error && <p class="notice">{clean(of.error)}</p>}
      {(of.kits ?? []).length > 0 && (
        <ul aria-label="Kits that are not shared">
          {of.kits!.map((one, i) => (
            <li key={i}>
              {clean(one.name)} is not shared: {clean(one.why)}
            </li>
          ))}
        </ul>
      )}
      {of.elsewhere ? <Restored of={of} by={by} /> : <Codes by={by} />}
      <Leave of={of} by={by} />
    </>
  )
}

const Alone = ({ by }: { by: Command }) => (
  <>
    <p>What a person says about a sound on one engine of a team holds on all of them.</p>
    <Join by={by} />
  </>
)

const NoServer = () => (
  <>
    <p>No server is set. In loophole.conf:</p>
    <pre>[composer]{'\n'}team_server = host=nas.example.org dbname=composer user=studio_anna</pre>
  </>
)

function Panels() {
  const [of, again] = usePolled(() => ask('composer.team', {}, 3000), 2000)
  const by = useCommand(again)
  return (
    <>
      <section aria-label="Team" class="wide" tabIndex={0}>
        <h2>Team{of?.team && ` · ${clean(of.team)}`}</h2>
        {of && (of.team ? <Together key={of.me} of={of} by={by} /> : of.server ? <Alone by={by} /> : <NoServer />)}
      </section>
      <section aria-label="Said by the team" class="wide" tabIndex={0}>
        <h2>Said by the team</h2>
        {of && (of.team ? <Said me={of.me} /> : <p class="quiet">This engine is in no team.</p>)}
      </section>
    </>
  )
}

/** A code is a secret, and each command is for a page on the engine's machine. */
export const Team = () => (isFar ? null : <Panels />)
