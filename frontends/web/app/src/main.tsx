// The page: the rail of places at the left, query line and transport above, one mode in the middle, the dock below.
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { addDropped } from './engine/addfolder'
import { useCell } from './base/cell'
import { KeyList } from './commands/keylist'
import { followKeys } from './commands/keys'
import { Palette } from './commands/palette'
import { Likeness, SCOPE_TITLES } from './query/chips'
import { Details } from './items/details'
import { Directions } from './query/directions'
import { Dock } from './frame/dock'
import { Duplicates } from './browse/duplicates'
import { redo, undo } from './items/edits'
import { Engine } from './engine/engine'
import { Folders, Packs } from './browse/folders'
import { counted, lengthText } from './base/format'
import { Hypergrid } from './browse/hypergrid'
import { Icon } from './base/icons'
import { giveCaretBack } from './base/keyboard'
import { endSelection } from './items/list'
import { LoopsMode } from './loops/loopsmode'
import { MapView } from './map/map'
import { MixMode } from './mix/mixmode'
import { hearFile, Outside, PortChoice } from './query/outside'
import { KitMode } from './kit/kitmode'
import { PadDrop } from './kit/paddrop'
import { QueryLine } from './query/queryline'
import { ModeSwitch, Rail } from './frame/rail'
import { NameDialog } from './base/naming'
import * as results from './items/result'
import { Project } from './project/project'
import { RecordMode } from './record/recordmode'
import { Recovery } from './project/recovery'
import { complain, heard, isAlike, SCOPES, selected, show, view, type Mode, type Scope } from './base/state'
import { Facets } from './browse/facets'
import { Table } from './browse/table'
import { beginTheme } from './base/theme'
import { Tiles } from './browse/tiles'
import { Transport } from './frame/transport'
import { connect, isFar, link } from './connection/wire'
import './base/tokens.css'
import './base/style.css'
import './base/instrument.css'
import './kit/kit.css'
import './pattern/pattern.css'
import './mix/mix.css'
import './record/record.css'
import './loops/loops.css'

/** The session of this browser has ended. */
const LoggedOut = () =>
  isFar ? (
    <strong>
      This browser is not logged in any more: <a href="/">give the password again</a>.
    </strong>
  ) : (
    <strong>
      This browser is not logged in any more: open the address that <code>loophole web</code> prints.
    </strong>
  )

/** The number of items, only while it belongs to what is asked. */
function Count() {
  const { total, seconds, old, took_us } = useCell(results.result)
  const state = useCell(link)
  const sound = useCell(heard)
  const alike = useCell(view, of => isAlike(of, sound))
  const found = (count: number) => (alike ? counted(count, 'nearest', 'nearest') : counted(count, 'item'))
  return (
    <p class="count" role="status" data-total={old ? undefined : total} data-link={state}>
      {state === 'refused' ? (
        <LoggedOut />
      ) : state === 'away' ? (
        'The engine does not answer; this page continues when it is back.'
      ) : total === undefined || old ? (
        '…'
      ) : (
        `${found(total)} · ${lengthText(seconds)} · ${(took_us / 1000).toFixed(2)} ms`
      )}
    </p>
  )
}

/** How many items are selected; a click or Escape ends the selection. */
function Chosen() {
  const count = useCell(selected, of => of.size)
  return count === 0 ? null : (
    <button class="chip selection" title="Clear the selection (Escape)" onClick={endSelection}>
      {count.toLocaleString('en')} selected <span aria-hidden="true">×</span>
    </button>
  )
}

/** Undo and redo: of the open project where it and its sound are shown, else of the catalogue. */
function Steps() {
  return (
    <span class="steps-taken">
      <button aria-label="Undo" title="Undo (Ctrl+Z)" onClick={undo}>
        <Icon name="undo" size={16} />
      </button>
      <button aria-label="Redo" title="Redo (Ctrl+Shift+Z)" onClick={redo}>
        <Icon name="redo" size={16} />
      </button>
    </span>
  )
}

/** Which items are looked at; likeness looks at all. */
function ScopeChoice() {
  const scope = useCell(view, of => of.scope)
  return (
    <label class="scope">
      View{' '}
      <select value={scope} onChange={event => show({ scope: event.currentTarget.value as Scope, at: '' })}>
        {SCOPES.map(one => (
          <option key={one} value={one}>
            {SCOPE_TITLES[one]}
          </option>
        ))}
      </select>
    </label>
  )
}

const Library = ({ children }: { children: preact.ComponentChildren }) => (
  <div class="library">
    <Facets>
      <Directions />
    </Facets>
    {children}
    <Details />
  </div>
)

function Middle({ mode }: { mode: Mode }) {
  switch (mode) {
    case 'table':
      return (
        <Library>
          <main>
            <h1 class="unseen">Table</h1>
            <Table />
          </main>
        </Library>
      )
    case 'waveforms':
      return (
        <Library>
          <main>
            <h1 class="unseen">Waveforms</h1>
            <Tiles />
          </main>
        </Library>
      )
    case 'map':
      return (
        <Library>
          <MapView />
        </Library>
      )
    case 'hypergrid':
      return <Hypergrid />
    case 'folders':
      return (
        <div class="library folders">
          <div class="packs halves">
            <Folders />
            <Packs />
          </div>
          <main>
            <h1 class="unseen">Folders and packs</h1>
            <Table />
          </main>
          <Details />
        </div>
      )
    case 'duplicates':
      return <Duplicates />
    case 'project':
      return <Project />
    case 'kit':
      return <KitMode />
    case 'mix':
      return <MixMode />
    case 'record':
      return <RecordMode />
    case 'loops':
      return <LoopsMode />
    case 'engine':
      return <Engine />
  }
}

function useDrop(): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) {
        event.preventDefault()
        setOver(true)
      }
    }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      const folder = event.dataTransfer?.items[0]?.webkitGetAsEntry()
      const file = event.dataTransfer?.files[0]
      if (!file) return
      event.preventDefault()
      ;(folder?.isDirectory ? addDropped(folder.name) : hearFile(file)).catch(complain)
    }
    const onLeave = () => setOver(false)
    addEventListener('dragover', onOver)
    addEventListener('drop', onDrop)
    addEventListener('dragleave', onLeave)
    return () => {
      removeEventListener('dragover', onOver)
      removeEventListener('drop', onDrop)
      removeEventListener('dragleave', onLeave)
    }
  }, [])
  return over
}

function Page() {
  const mode = useCell(view, of => of.mode)
  const over = useDrop()
  useEffect(followKeys, [])
  return (
    <>
      <Rail />
      <header>
        <QueryLine />
        <Transport />
        <div class="force">
          <Count />
          <Steps />
          <ScopeChoice />
          <Outside />
          <Chosen />
          <ModeSwitch />
          <Likeness />
        </div>
      </header>
      <Middle mode={mode} />
      <Dock />
      <Palette />
      <KeyList />
      <PortChoice />
      <NameDialog />
      <Recovery />
      <PadDrop />
      {over && <p class="dropping">Drop a sound to find what is like it, or a folder of sounds to add it</p>}
    </>
  )
}

/** What was typed before the program ran is the query. */
function takeTyped() {
  const typed = (document.getElementById('query') as HTMLInputElement | null)?.value.trim()
  if (typed) show({ query: typed })
}

function start() {
  addEventListener('unhandledrejection', ({ reason }) => {
    if (reason?.name !== 'AbortError') complain(reason ?? new Error('The page failed'))
  })
  takeTyped()
  beginTheme()
  addEventListener('close', giveCaretBack, true)
  connect()
  results.begin()
  render(<Page />, document.getElementById('page')!)
}

// The page is painted as it was written; a hidden one has no frames.
if (document.hidden) start()
else requestAnimationFrame(() => setTimeout(start))
