// Every command by its name, with the command line's equivalent. Ctrl+K opens it.
import { useEffect, useRef, useState } from 'preact/hooks'
import { addToBasket, clearBasket, download } from './basket'
import { Cell, useCell } from './cell'
import { favourite, hide, rate, redo, undo } from './edits'
import { hush, markRegion, panic } from './hear'
import { atNow, chosen, lessLike, moreLike, selectAll } from './list'
import { complain, heard, MODES, say, selected, set, settings, show, START_FILTERS, view } from './state'
import { ask } from './wire'

export const paletteOpen = new Cell(false)

interface Command { name: string; key?: string; cli: () => string; run: () => unknown }

const quoted = (text: string) => (/^[\w:.@-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`)
const ids = () => chosen().join(' ') || 'ID'
const doing = (promise: Promise<unknown>, text: string) => promise.then(() => say(text), complain)

async function listenTo(port: string) {
  say(`Listening to ${port}…`)
  const got = await ask('streamer.listen', { port, seconds: 4 }, 30000)
  heard.set({ name: port, embedding: got.found.embedding })
  say(`What ${port} played is the example now.`)
}

const COMMANDS: Command[] = [
  ...MODES.map((mode, i) => ({
    name: `Show ${mode}`, key: `Alt+${i + 1}`, run: () => show({ mode }),
    cli: () => ({ map: 'loophole map', duplicates: 'loophole duplicates', engine: 'loophole status', sound: 'loophole audio' } as Record<string, string>)[mode] ?? `loophole search ${quoted(view.value.query)}`,
  })),
  { name: 'More like this', key: 's', run: moreLike, cli: () => `loophole similar ${ids()}` },
  { name: 'Less like this', key: 'd', run: lessLike, cli: () => `loophole similar --unlike ${ids()}` },
  { name: 'Listen to a JACK port', run: () => { const port = prompt('JACK port:', 'system:capture_1'); if (port) listenTo(port).catch(complain) }, cli: () => 'loophole similar --port PORT' },
  { name: 'Favourite', key: 'f', run: () => favourite(chosen(), true), cli: () => `loophole edit ${ids()} favourite=true` },
  { name: 'Not favourite', run: () => favourite(chosen(), false), cli: () => `loophole edit ${ids()} favourite=false` },
  { name: 'Hide', key: 'h', run: () => hide(chosen(), true), cli: () => `loophole edit ${ids()} hidden=true` },
  { name: 'Show again what is hidden', run: () => hide(chosen(), false), cli: () => `loophole edit ${ids()} hidden=false` },
  { name: 'Tag', key: 't', run: () => document.getElementById('addtag')?.focus(), cli: () => `loophole tag ${ids()} +TAG` },
  ...[1, 2, 3, 4, 5].map(stars => ({ name: `Rate ${stars} of 5`, key: String(stars), run: () => rate(chosen(), stars), cli: () => `loophole edit ${ids()} rating=${stars}` })),
  { name: 'Take the rating back', key: '0', run: () => rate(chosen(), 0), cli: () => `loophole edit ${ids()} rating=` },
  { name: 'Put into the basket', key: 'b', run: addToBasket, cli: () => `loophole basket add ${ids()}` },
  { name: 'Clear the basket', run: clearBasket, cli: () => 'loophole basket clear' },
  { name: 'Download the chosen items', run: download, cli: () => '' },
  { name: 'Look at the open project only', run: () => show({ scope: 'project' }), cli: () => `loophole search --view project ${quoted(view.value.query)}` },
  { name: 'Save the open project', run: () => doing(ask('project.save', { project: '' }, 60000), 'The project is saved.'), cli: () => 'loophole project save' },
  { name: 'Undo', key: 'Ctrl+Z', run: undo, cli: () => 'loophole undo' },
  { name: 'Redo', key: 'Ctrl+Shift+Z', run: redo, cli: () => 'loophole redo' },
  { name: 'Select all', key: 'Ctrl+A', run: selectAll, cli: () => '' },
  { name: 'Clear the selection', run: () => selected.set(new Set()), cli: () => '' },
  { name: 'Clear the query and likeness', run: () => { heard.set(undefined); show({ ...START_FILTERS }) }, cli: () => '' },
  { name: 'Panic: silence everything', key: 'Ctrl+.', run: panic, cli: () => 'loophole audio panic' },
  { name: 'Repeat from the playback position on', key: '[', run: () => { const of = atNow(); if (of) markRegion(of, 'from') }, cli: () => `loophole ask streamer.preview id=${ids()} loop=true loop_from=FRAME` },
  { name: 'Repeat up to the playback position', key: ']', run: () => { const of = atNow(); if (of) markRegion(of, 'end') }, cli: () => `loophole ask streamer.preview id=${ids()} loop=true loop_frames=FRAMES` },
  { name: 'Stop the preview', key: 'Escape', run: hush, cli: () => 'loophole preview --stop' },
  { name: 'Play what the keyboard is on: on or off', key: 'p', run: () => set({ preview: !settings.value.preview }), cli: () => '' },
  { name: 'Waveforms or spectrograms', run: () => set({ spectral: !settings.value.spectral }), cli: () => `loophole artefact ${ids()} spectrogram --png FILE` },
  { name: 'Start or stop the transport', run: () => doing(ask('audio.toggle', { count_in: 0 }), 'The transport was toggled.'), cli: () => 'loophole transport toggle' },
  { name: 'Record', run: () => doing(ask('streamer.record', {}, 20000), 'Recording.'), cli: () => 'loophole record start' },
  { name: 'End the take', run: () => doing(ask('streamer.record_stop', {}, 60000), 'The take is final.'), cli: () => 'loophole record stop' },
  { name: 'Scan all libraries', run: () => doing(ask('indexer.rescan', {}), 'The scan has begun.'), cli: () => 'loophole library rescan' },
]

export function Palette() {
  const open = useCell(paletteOpen)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open) { setText(''); setAt(0); dialog.current?.showModal(); field.current?.focus() } else dialog.current?.close()
  }, [open])
  const words = text.toLowerCase().split(/\s+/)
  const found = COMMANDS.filter(one => words.every(word => one.name.toLowerCase().includes(word)))
  const run = (one: Command | undefined) => { paletteOpen.set(false); one?.run() }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') run(found[at])
    else return event.stopPropagation()
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <dialog ref={dialog} class="palette" aria-label="Commands" onClose={() => paletteOpen.set(false)}>
      {open && <>
        <input ref={field} type="text" role="combobox" aria-label="Command" aria-expanded aria-controls="commands"
          aria-activedescendant={`command-${at}`} value={text} onInput={event => { setText(event.currentTarget.value); setAt(0) }} onKeyDown={onKeyDown} />
        <ul id="commands" role="listbox" aria-label="Commands">
          {found.map((one, i) => (
            <li key={one.name} id={`command-${i}`} role="option" aria-selected={i === at} onClick={() => run(one)}>
              <span>{one.name}</span><code>{one.cli()}</code>{one.key && <kbd>{one.key}</kbd>}
            </li>
          ))}
        </ul>
      </>}
    </dialog>
  )
}
