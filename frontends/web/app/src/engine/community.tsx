// What this studio shares with a community: the level, the server, the folders of which nothing is shared.
import type { composer_status, excluded_folder, sharing } from 'loophole'
import { useState } from 'preact/hooks'
import { pathOf } from './addfolder'
import { clean, counted, num, pathText } from '../base/format'
import { Choice, Input } from '../base/labelled'
import { usePolled } from '../connection/polled'
import { complain, say } from '../base/state'
import { ask, isFar } from '../connection/wire'

const BUDGET_MS = 10000
const LEVELS: Record<sharing, string> = {
  off: 'nothing leaves this studio, and no connection is made',
  ask: 'reads what the community knows',
  descriptors: 'also shares classes and tags that a person gave',
  use: 'also shares which sounds are used together',
}

/** A choice is sent by the button alone, because the arrow keys of a select pass over other levels. */
function Level({ of, again }: { of: composer_status; again: () => void }) {
  const [chosen, setChosen] = useState<sharing>()
  const set = (event: Event) => {
    event.preventDefault()
    const level = chosen ?? of.level
    ask('composer.level', { level }, BUDGET_MS)
      .then(() => {
        say(`Sharing: ${level}.`)
        setChosen(undefined)
      }, complain)
      .finally(again)
  }
  return (
    <form class="buttons" onSubmit={set}>
      <Choice
        label="Sharing"
        value={chosen ?? of.level}
        of={Object.keys(LEVELS) as sharing[]}
        text={level => `${level}: ${LEVELS[level]}`}
        put={setChosen}
      />
      <button disabled={(chosen ?? of.level) === of.level && !of.confirm}>Set</button>
      <span class="quiet">A lower level withdraws what was shared beyond it.</span>
    </form>
  )
}

const serverText = (of: composer_status): string => {
  if (!of.server) return 'No server is set: [composer] server in loophole.conf names one.'
  const said = of.reachable ? 'answers' : num(of.last_sync) ? 'did not answer the last exchange' : 'no exchange yet'
  const shared = counted(num(of.shared), 'statement')
  return `${clean(of.server)}: ${said}; ${shared} shared, ${counted(num(of.inbox), 'row')} learned.`
}

const troubles = (of: composer_status): string[] =>
  [
    of.confirm
      ? `The level was ${of.confirm} before a restore, or on another machine. It is off until you set it again.`
      : '',
    of.stopped ? `Nothing is shared: ${of.stopped}` : '',
    of.error ?? '',
  ].filter(Boolean)

/** The exact words of the engine about the next exchange. */
function Preview() {
  const [words, setWords] = useState<string[]>()
  const look = () => ask('composer.preview', {}, BUDGET_MS).then(got => setWords(got.words ?? []), complain)
  return (
    <>
      <p class="buttons">
        <button onClick={look}>What would be sent?</button>
      </p>
      {words && (
        <ul aria-label="What would be sent">
          {words.map(line => (
            <li key={line}>{clean(line)}</li>
          ))}
        </ul>
      )}
    </>
  )
}

function Excluded({ of, again }: { of: excluded_folder; again: () => void }) {
  const include = () =>
    ask('composer.include', { path: of.path }, BUDGET_MS)
      .then(() => say(`The sounds of ${pathText(of.path)} may be shared again.`), complain)
      .finally(again)
  return (
    <li>
      <span class="path">{pathText(of.path)}</span>{' '}
      <span class="quiet">
        {of.more ? 'more than ' : ''}
        {counted(num(of.items), 'item')}
      </span>{' '}
      {of.line ? (
        <span class="quiet">from loophole.conf</span>
      ) : (
        <button aria-label={`Share ${pathText(of.path)} again`} onClick={include}>
          Share again
        </button>
      )}
    </li>
  )
}

function Exclude({ again }: { again: () => void }) {
  const [typed, setTyped] = useState('')
  const exclude = (event: Event) => {
    event.preventDefault()
    ask('composer.exclude', { path: pathOf(typed.trim()) }, BUDGET_MS)
      .then(() => {
        say(`Nothing of ${typed.trim()} is shared.`)
        setTyped('')
      }, complain)
      .finally(again)
  }
  return (
    <form class="buttons" onSubmit={exclude}>
      <Input label="Folder" size={30} value={typed} placeholder="/home/ana/clients" spellcheck={false} put={setTyped} />
      <button disabled={!typed.trim()}>Never share it</button>
    </form>
  )
}

function Sharing({
  of,
  folders,
  again,
}: {
  of: composer_status
  folders: excluded_folder[] | undefined
  again: () => void
}) {
  return (
    <>
      <Level of={of} again={again} />
      <p class="quiet">{serverText(of)}</p>
      {troubles(of).map(text => (
        <p key={text} class="notice">
          {clean(text)}
        </p>
      ))}
      <h3>Folders of which nothing is shared</h3>
      {folders && !folders.length && <p class="quiet">None.</p>}
      <ul aria-label="Excluded folders">
        {(folders ?? []).map((one, i) => (
          <Excluded key={i} of={one} again={again} />
        ))}
      </ul>
      <Exclude again={again} />
      <Preview key={`${of.level} ${folders?.length}`} />
    </>
  )
}

/** It has its place before its first answer, so that nothing moves. */
function Panel() {
  const [of, again] = usePolled(() => ask('composer.state', {}, 3000), 3000)
  const [folders, look] = usePolled(() => ask('composer.excluded', {}, 3000), 5000)
  const both = () => {
    again()
    look()
  }
  return (
    <section aria-label="Community" class="wide" tabIndex={0}>
      <h2>Community</h2>
      {of && <Sharing of={of} folders={folders && (folders.each ?? [])} again={both} />}
    </section>
  )
}

/** Only a page on the engine's machine changes what is shared. */
export const Community = () => (isFar ? null : <Panel />)
