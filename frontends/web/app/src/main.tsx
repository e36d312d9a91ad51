// The page: query line and modes above, one mode in the middle, details beside it, the player below.
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { addToBasket } from './basket'
import { useCell } from './cell'
import { Chips, chipsOf, goToWeights, Likeness, SCOPE_TITLES } from './chips'
import { Details } from './details'
import { Duplicates } from './duplicates'
import { redo, undo } from './edits'
import { Engine } from './engine'
import { Folders, Packs } from './folders'
import { counted, lengthText } from './format'
import * as hearing from './hear'
import { Hypergrid } from './hypergrid'
import { enterMode, giveToList, isListed, isMove } from './keyboard'
import { listKey } from './list'
import { MapView } from './map'
import { hearFile, Outside, PortChoice } from './outside'
import { Palette, paletteOpen } from './palette'
import { Player } from './player'
import { QueryLine } from './queryline'
import * as results from './result'
import { Project } from './project'
import { Sound } from './sound'
import { complain, heard, isAlike, MODES, SCOPES, show, view, type Mode, type Scope } from './state'
import { Facets, Table } from './table'
import { Tiles } from './tiles'
import { connect, link } from './wire'
import './style.css'

const TITLES: Record<Mode, string> = {
  table: 'Table', waveforms: 'Waveforms', map: 'Map', hypergrid: 'Hypergrid', folders: 'Folders', duplicates: 'Duplicates',
  project: 'Project', sound: 'Sound', engine: 'Engine',
}

function Modes() {
  const mode = useCell(view, of => of.mode)
  return (
    <nav class="modes" aria-label="Modes">
      {MODES.map((name, i) => (
        <button key={name} aria-current={name === mode ? 'page' : undefined} title={`Alt+${i + 1}`} onClick={() => show({ mode: name })}>{TITLES[name]}</button>
      ))}
      <button onClick={() => paletteOpen.set(true)} title="Ctrl+K">Commands</button>
    </nav>
  )
}

/** The number of items, only while it belongs to what is asked. */
function Count() {
  const { total, seconds, old, took_us } = useCell(results.result)
  const state = useCell(link)
  const sound = useCell(heard)
  const alike = useCell(view, of => isAlike(of, sound))
  return (
    <p class="count" role="status" data-total={old ? undefined : total} data-link={state}>
      {state === 'away' ? 'The engine does not answer; this page continues when it is back.' : total === undefined || old ? '…'
        : `${counted(total, alike ? 'nearest' : 'item', alike ? 'nearest' : 'items')} · ${lengthText(seconds)} · ${(took_us / 1000).toFixed(2)} ms`}
    </p>
  )
}

/** Which items are looked at; likeness looks at all. */
function ScopeChoice() {
  const scope = useCell(view, of => of.scope)
  return (
    <label class="scope">View <select value={scope} onChange={event => show({ scope: event.currentTarget.value as Scope, at: '' })}>
      {SCOPES.map(one => <option key={one} value={one}>{SCOPE_TITLES[one]}</option>)}
    </select></label>
  )
}

const Library = ({ children }: { children: preact.ComponentChildren }) => (
  <div class="library"><Facets />{children}<Details /></div>
)

function Middle({ mode }: { mode: Mode }) {
  switch (mode) {
    case 'table': return <Library><main><h1 class="unseen">Table</h1><Table /></main></Library>
    case 'waveforms': return <Library><main><h1 class="unseen">Waveforms</h1><Tiles /></main></Library>
    case 'map': return <Library><MapView /></Library>
    case 'hypergrid': return <Hypergrid />
    case 'folders': return <div class="library folders"><div class="packs halves"><Folders /><Packs /></div><main><h1 class="unseen">Folders and packs</h1><Table /></main><Details /></div>
    case 'duplicates': return <Duplicates />
    case 'project': return <Project />
    case 'sound': return <Sound />
    case 'engine': return <Engine />
  }
}

/** The field in which the person is gives what was typed, as it does when a click leads to another mode. */
function leaveFor(mode: Mode) {
  (document.activeElement as HTMLElement | null)?.blur()
  enterMode(mode)
}

/** Keys that work everywhere, also in fields; in an open dialog only panic. */
function onKeyAnywhere(event: KeyboardEvent) {
  const control = event.ctrlKey || event.metaKey
  const mode = event.altKey ? MODES[Number(event.key) - 1] : undefined
  const inDialog = document.querySelector('dialog[open]') !== null
  if (control && event.key === '.') hearing.panic()
  else if (control && event.key === 'k') { if (!inDialog) paletteOpen.set(true) }
  else if (mode) { if (!inDialog) leaveFor(mode) }
  else return
  event.preventDefault()
  event.stopPropagation()
}

/** Keys that work everywhere but in fields and dialogs, which keep theirs. */
function onKey(event: KeyboardEvent) {
  const control = event.ctrlKey || event.metaKey
  const inField = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName)
  if (inField || document.querySelector('dialog[open]')) return
  if (control && event.key.toLowerCase() === 'z') (event.shiftKey ? redo : undo)()
  else if (event.key === '/') document.getElementById('query')?.focus()
  else if (event.key === 't') document.getElementById('addtag')?.focus()
  else if (event.key === 'b' && !control && !event.altKey) { if (isListed()) addToBasket() }
  else if (event.key === 'l' && !control && !event.altKey) goToWeights()
  else if (event.key === 'Backspace') chipsOf(view.value).at(-1)?.drop()
  else if (isMove(event)) { if ((event.target as HTMLElement).closest('audio') || !giveToList(event)) return }
  else if ((event.target as HTMLElement).closest('button, summary, audio')) return
  else if (!(isListed() || event.key === 'Escape') || !listKey(event)) return
  event.preventDefault()
}

function useDrop(): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const onOver = (event: DragEvent) => { if (event.dataTransfer?.types.includes('Files')) { event.preventDefault(); setOver(true) } }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file) { event.preventDefault(); hearFile(file).catch(complain) }
    }
    const onLeave = () => setOver(false)
    addEventListener('dragover', onOver); addEventListener('drop', onDrop); addEventListener('dragleave', onLeave)
    return () => { removeEventListener('dragover', onOver); removeEventListener('drop', onDrop); removeEventListener('dragleave', onLeave) }
  }, [])
  return over
}

function Page() {
  const mode = useCell(view, of => of.mode)
  const over = useDrop()
  useEffect(() => {
    addEventListener('keydown', onKeyAnywhere, true); addEventListener('keydown', onKey)
    return () => { removeEventListener('keydown', onKeyAnywhere, true); removeEventListener('keydown', onKey) }
  }, [])
  return (
    <>
      <header><QueryLine /><Modes /><div class="force"><Count /><ScopeChoice /><Outside /><Chips /><Likeness /></div></header>
      <Middle mode={mode} />
      <Player />
      <Palette />
      <PortChoice />
      {over && <p class="dropping">Drop a sound to find what is like it</p>}
    </>
  )
}

/** What was typed before the program ran is the query. */
function takeTyped() {
  const typed = (document.getElementById('query') as HTMLInputElement | null)?.value.trim()
  if (typed) show({ query: typed })
}

function start() {
  takeTyped()
  connect()
  hearing.begin()
  results.begin()
  render(<Page />, document.getElementById('page')!)
}

// The page is painted as it was written; a hidden one has no frames.
if (document.hidden) start()
else requestAnimationFrame(() => setTimeout(start))
