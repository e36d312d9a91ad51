// Every command by its name, with the command line's equivalent. Ctrl+K opens it.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { fetchChosen } from './away'
import { addToBasket, clearBasket, download, reveal } from './basket'
import { Cell, useCell } from './cell'
import { chipsOf, goToWeights } from './chips'
import { colour, COLOURS, favourite, hide, isOfProject, rate, redo, stepOfProject, undo } from './edits'
import { hush, markRegion, panic } from './hear'
import { build as buildKit } from './kit/kits'
import { ASKED } from './latency'
import { atNow, chosen, endSelection, hearNow, lessLike, moreLike, selectAll, toggleSelected } from './list'
import { enterMode, isListed } from './keyboard'
import { keyName, LOOP_KEYS, lineOfLoop, lookAtLoops, playAllLoops, pressLoop, stopAllLoops } from './loops/loops'
import { portsOpen } from './outside'
import { nameFor } from './naming'
import { keepQuery } from './queryline'
import { complain, heard, MODE_KEYS, MODES, say, SCOPES, set, settings, show, START_FILTERS, view, type Mode, type Scope } from './state'
import { COLUMNS } from './table'
import { THEMES } from './theme'
import { ask } from './wire'

export const paletteOpen = new Cell(false)

/** `cli`: the command line that does the same; one for a page alone has none. `ofItems`: it is about the chosen items. */
interface Command { name: string; key?: string; ofItems?: true; cli: () => string; run: () => unknown }

const PAGE_ONLY = 'of this page alone'
const quoted = (text: string) => (/^[\w:.@-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`)
const ids = () => chosen().join(' ') || 'ID'
const one = () => chosen()[0] ?? 'ID'
const query = () => (view.value.query ? ` ${quoted(view.value.query)}` : '')
const doing = (promise: Promise<unknown>, text: string) => promise.then(() => say(text), complain)
const alike = (like: string[], unlike: string[]) =>
  `loophole similar --like ${like.join() || 'ID'}${unlike.length ? ` --unlike ${unlike.join()}` : ''}${view.value.query ? ` --in${query()}` : ''}`

const MODE_LINES: Record<Mode, () => string> = {
  table: () => `loophole search${query()}`,
  waveforms: () => `loophole artefact ${one()} waveform --png FILE`,
  map: () => `loophole map${query()} --png FILE`,
  hypergrid: () => `loophole ask search.grid query=${quoted(view.value.query)} rows=${view.value.rows} columns=${view.value.across}`,
  folders: () => `loophole ask search.folders query=${quoted(view.value.query)}`,
  duplicates: () => `loophole duplicates${query()}`,
  project: () => 'loophole project show',
  kit: () => 'loophole kit list',
  mix: () => 'loophole mixer',
  record: () => 'loophole record takes',
  loops: () => 'loophole loop list',
  engine: () => 'loophole status',
}

const SCOPE_NAMES: Record<Scope, string> = { combined: 'Look at everything', project: 'Look at the open project only', global: 'Look outside of projects' }

async function newProject() {
  const name = await nameFor('Name of the new project')
  if (name) doing(ask('project.new', { name, folder: '' as never, body: '' }, 60000), `${name} is open.`)
}

const restart = (service: string) => doing(ask('supervisor.restart', { service }, 20000), `${service} is restarted.`)
const marked = (edge: 'from' | 'end') => { const of = atNow(); if (of) markRegion(of, edge) }

const LOOKING: Command[] = [
  ...MODES.map((mode, i) => ({ name: `Show ${mode}`, key: `Alt+${MODE_KEYS[i]}`, run: () => enterMode(mode), cli: MODE_LINES[mode] })),
  ...SCOPES.map(scope => ({ name: SCOPE_NAMES[scope], run: () => show({ scope }), cli: () => `loophole search${query()} --view ${scope}` })),
  ...Object.values(COLUMNS).flatMap(({ title, sort }) => sort === undefined ? [] : [
    { name: `Order by ${title}`, run: () => show({ sort }), cli: () => `loophole search${query()} --sort ${sort}` },
    { name: `Order by ${title}, the last first`, run: () => show({ sort: `-${sort}` }), cli: () => `loophole search${query()} --sort -${sort}` }]),
  { name: 'Go to the query line', key: '/', run: () => document.getElementById('query')?.focus(), cli: () => PAGE_ONLY },
  { name: 'Save the query under a name', run: () => keepQuery(view.value.query), cli: () => `loophole search${query()} --save NAME` },
  { name: 'Clear the query and likeness', run: () => { heard.set(undefined); show({ ...START_FILTERS }) }, cli: () => 'loophole search' },
  { name: 'Undo the last filter', key: 'Backspace', run: () => chipsOf(view.value).at(-1)?.drop(), cli: () => PAGE_ONLY },
  { name: 'Go to the weights of likeness', key: 'l', run: goToWeights, cli: () => PAGE_ONLY },
  { name: 'Listen to a JACK port', run: () => portsOpen.set(true), cli: () => 'loophole similar --port PORT' },
]

/** A person sees which items they are. */
const OF_ITEMS: Command[] = [
  { name: 'More like this', key: 's', run: moreLike, cli: () => alike([...view.value.like, ...chosen()], view.value.unlike) },
  { name: 'Less like this', key: 'd', run: lessLike, cli: () => alike(view.value.like, [...view.value.unlike, one()]) },
  { name: 'Favourite', key: 'f', run: () => favourite(chosen(), true), cli: () => `loophole favourite ${ids()}` },
  { name: 'Not favourite', run: () => favourite(chosen(), false), cli: () => `loophole favourite ${ids()} --off` },
  { name: 'Hide', key: 'h', run: () => hide(chosen(), true), cli: () => `loophole hide ${ids()}` },
  { name: 'Show again what is hidden', run: () => hide(chosen(), false), cli: () => `loophole hide ${ids()} --off` },
  { name: 'Tag', key: 't', run: () => document.getElementById('addtag')?.focus(), cli: () => `loophole tag ${ids()} +TAG` },
  ...[1, 2, 3, 4, 5].map(stars => ({ name: `Rate ${stars} of 5`, key: String(stars), run: () => rate(chosen(), stars), cli: () => `loophole rate ${ids()} ${stars}` })),
  { name: 'Take the rating back', key: '0', run: () => rate(chosen(), 0), cli: () => `loophole rate ${ids()} 0` },
  ...COLOURS.map(name => ({ name: `Colour ${name}`, run: () => colour(chosen(), name), cli: () => `loophole colour ${ids()} ${name}` })),
  { name: 'No colour', run: () => colour(chosen(), ''), cli: () => `loophole colour ${ids()} none` },
  { name: 'Select all', key: 'Ctrl+A', run: selectAll, cli: () => `loophole tag ${query().trim() || "''"} --all +TAG` },
  { name: 'Select or unselect', key: 'x', run: () => toggleSelected(view.value.at), cli: () => PAGE_ONLY },
  { name: 'Clear the selection', run: endSelection, cli: () => PAGE_ONLY },
  { name: 'Put into the basket', key: 'b', run: addToBasket, cli: () => `loophole basket add ${ids()}` },
  { name: 'Show the file in the file manager', run: reveal, cli: () => `loophole reveal ${one()}` },
  { name: 'Fetch from the cloud', run: fetchChosen, cli: () => `loophole fetch ${ids()}` },
  { name: 'Download the chosen items', run: download, cli: () => `loophole send ${ids()} DIR` },
  { name: 'Play', key: 'Enter', run: () => hearNow().catch(complain), cli: () => `loophole preview ${one()}` },
].map(one => ({ ...one, ofItems: true as const }))

const CHANGING: Command[] = [
  { name: 'Undo', key: 'Ctrl+Z', run: undo, cli: () => `loophole ${isOfProject() ? 'project ' : ''}undo` },
  { name: 'Redo', key: 'Ctrl+Shift+Z', run: redo, cli: () => `loophole ${isOfProject() ? 'project ' : ''}redo` },
  { name: 'Clear the basket', run: clearBasket, cli: () => 'loophole basket clear' },
]

const SOUNDING: Command[] = [
  { name: 'Panic: silence everything', key: 'Ctrl+.', run: panic, cli: () => 'loophole panic' },
  { name: 'Stop the preview', key: 'Escape', run: hush, cli: () => 'loophole preview stop' },
  { name: 'Repeat from the playback position on', key: '[', run: () => marked('from'), cli: () => `loophole preview ${one()} --loop --from SECONDS` },
  { name: 'Repeat up to the playback position', key: ']', run: () => marked('end'), cli: () => `loophole preview ${one()} --loop --until SECONDS` },
  { name: 'Play while browsing: on or off', key: 'p', run: () => set({ preview: !settings.value.preview }), cli: () => 'loophole preview next' },
  { name: 'Loop: on or off', run: () => set({ loop: !settings.value.loop }), cli: () => `loophole preview ${one()} --loop` },
  { name: 'In tempo and key: on or off', run: () => set({ inContext: !settings.value.inContext }), cli: () => `loophole preview ${one()} --in-context` },
  { name: 'Hear through JACK or through this browser', run: () => { hush(); set({ through: settings.value.through === 'jack' ? 'browser' : 'jack' }) }, cli: () => PAGE_ONLY },
  ...THEMES.map(theme => ({ name: `Colours: ${theme}`, run: () => set({ theme }), cli: () => PAGE_ONLY })),
  { name: 'Waveforms or spectrograms', run: () => set({ spectral: !settings.value.spectral }), cli: () => `loophole artefact ${one()} spectrogram --png FILE` },
  { name: 'Start or stop the transport', run: () => doing(ask('audio.toggle', { count_in: 0 }), 'The transport was toggled.'), cli: () => 'loophole transport toggle' },
  { name: 'Go to bar 1', run: () => doing(ask('audio.locate', { bar: 0 }), 'The transport is at bar 1.'), cli: () => 'loophole transport locate 1' },
  { name: 'Tap the tempo', run: () => ask('audio.tap', {}).catch(complain), cli: () => 'loophole transport tap' },
  ...[true, false].map(on => ({ name: `Metronome ${on ? 'on' : 'off'}`, run: () => ask('audio.set_metronome', { on }).catch(complain), cli: () => `loophole transport metronome ${on ? 'on' : 'off'}` })),
  ...Array.from({ length: LOOP_KEYS }, (_, number) => ({ name: `Loop ${keyName(number)}: capture, play or stop`, key: keyName(number), run: () => lookAtLoops().then(() => pressLoop(number), complain), cli: () => lineOfLoop(number) })),
  { name: 'Play all loops', run: playAllLoops, cli: () => 'loophole loop play all' },
  { name: 'Stop all loops', run: stopAllLoops, cli: () => 'loophole loop stop all' },
  { name: 'Build a drum kit', run: () => { buildKit({ family: 'drum', query: '', key: '', like: 'any', seed: undefined }, []) }, cli: () => 'loophole kit build --kind drum' },
  { name: 'Record', run: () => doing(ask('streamer.record', {}, 20000), 'Recording.'), cli: () => 'loophole record start' },
  { name: 'End the take', run: () => doing(ask('streamer.record_stop', {}, 60000), 'The take is final.'), cli: () => 'loophole record stop' },
  { name: 'Abandon the take', run: () => doing(ask('streamer.record_cancel', {}, 20000), 'The take is abandoned.'), cli: () => 'loophole record cancel' },
]

const CARING: Command[] = [
  { name: 'New project', run: newProject, cli: () => 'loophole project new NAME' },
  { name: 'Save the open project', run: () => doing(ask('project.save', { project: '' }, 60000), 'The project is saved.'), cli: () => 'loophole project save' },
  { name: 'Undo in the open project', run: () => stepOfProject(true), cli: () => 'loophole project undo' },
  { name: 'Redo in the open project', run: () => stepOfProject(false), cli: () => 'loophole project redo' },
  { name: 'Scan all libraries', run: () => doing(ask('indexer.rescan', {}), 'The scan has begun.'), cli: () => 'loophole library rescan' },
  { name: 'Check the machine and the engine', run: () => show({ mode: 'engine' }), cli: () => 'loophole doctor' },
  ...ASKED.map(service => ({ name: `Restart ${service}`, run: () => restart(service), cli: () => `loophole restart ${service}` })),
]

const COMMANDS = [...LOOKING, ...OF_ITEMS, ...CHANGING, ...SOUNDING, ...CARING]

export function Palette() {
  const open = useCell(paletteOpen)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => { // before the next key, which would reach the list
    if (open) { setText(''); setAt(0); dialog.current?.showModal(); field.current?.focus() } else dialog.current?.close()
  }, [open])
  const words = text.toLowerCase().split(/\s+/)
  const found = COMMANDS.filter(one => (!one.ofItems || isListed()) && words.every(word => one.name.toLowerCase().includes(word)))
  useEffect(() => { document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' }) }, [at, text])
  const run = (one: Command | undefined) => { paletteOpen.set(false); one?.run() }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} class="palette" aria-label="Commands" onClose={() => paletteOpen.set(false)}>
      {open && <>
        <input ref={field} type="text" role="combobox" aria-label="Command" aria-expanded aria-controls="commands"
          aria-activedescendant={`command-${at}`} value={text} onInput={event => { setText(event.currentTarget.value); setAt(0) }} onKeyDown={onKeyDown} />
        <ul id="commands" role="listbox" aria-label="Commands">
          {found.map((one, i) => (
            <li key={one.name} id={`command-${i}`} role="option" aria-selected={i === at} onClick={() => run(one)}>
              <span>{one.name}</span><code>{one.cli()}</code><kbd>{one.key}</kbd>
            </li>
          ))}
        </ul>
      </>}
    </dialog>
  )
}
