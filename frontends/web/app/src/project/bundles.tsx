// Bundles: the open project as a folder for another machine, and a bundle as a project here. The engine's machine reads
// and writes the paths.
import type { bundle_done, bundle_offer } from 'loophole'
import { useState } from 'preact/hooks'
import { Check } from '../base/check'
import { bytesText, clean, counted, pathText } from '../base/format'
import { say } from '../base/state'
import { ask } from '../connection/wire'
import { CommandState, useCommand } from './commandrun'

const BUDGET_MS = 600000
const NAMES_SHOWN = 12

function Names({ of, all }: { of: string[]; all: number }) {
  return of.length === 0 ? null : (
    <p class="path">
      {of.slice(0, NAMES_SHOWN).map(clean).join(', ')}
      {all > NAMES_SHOWN && `, and ${all - NAMES_SHOWN} more`}
    </p>
  )
}

const partsOf = (of: bundle_done) =>
  [
    counted(Number(of.patterns), 'pattern'),
    counted(Number(of.mixer_snapshots), 'mixer snapshot'),
    counted(Number(of.sampler_assets), 'sound'),
  ].join(', ')

/** What a bundle has: what comes in, and what is missing. */
function Content({ of, word }: { of: bundle_done; word: string }) {
  const missing = Number(of.missing)
  return (
    <div class="content" data-project={of.project}>
      <p>
        <strong>
          {word}: {clean(of.project)}
        </strong>
        , {partsOf(of)}, {bytesText(Number(of.bytes))}
      </p>
      <Names of={of.asset_names ?? []} all={Number(of.sampler_assets)} />
      {missing > 0 && <p class="notice">{counted(missing, 'sound is', 'sounds are')} missing, as its manifest says.</p>}
      {Number(of.left_out) > 0 && (
        <p>{counted(Number(of.left_out), 'file')} that the manifest does not name stay out.</p>
      )}
      {of.destination && <p class="path">{pathText(of.destination)}</p>}
      {of.checkpoint && <p>The project that was open before has the autosave {clean(of.checkpoint)}.</p>}
      {(of.remarks ?? []).map(line => (
        <p key={line} class="notice">
          {clean(line)}
        </p>
      ))}
      <p class="path">Manifest {of.manifest_sha256}</p>
    </div>
  )
}

interface PathProps {
  title: string
  value: string
  put: (value: string) => void
  placeholder: string
  lines?: boolean // one entry on each line
}

function Path({ title, value, put, placeholder, lines }: PathProps) {
  const of = {
    spellcheck: false,
    autocomplete: 'off',
    value,
    placeholder,
    onInput: (event: { currentTarget: { value: string } }) => put(event.currentTarget.value),
  }
  return (
    <label class="pathfield">
      {title} {lines ? <textarea rows={2} {...of} /> : <input type="text" {...of} />}
    </label>
  )
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line)

/** What the sounds of a sampler manifest are, and the filters of a file dialogue for them. */
function Offer({ of }: { of: bundle_offer | undefined }) {
  return !of ? null : (
    <p class="offer">
      {clean(of.summary)}. Filters:{' '}
      {(of.import_dialog_filters ?? [])
        .map(one => `${clean(one.label)} (${(one.patterns ?? []).map(clean).join(' ')})`)
        .join(', ')}
    </p>
  )
}

interface Wish {
  folder: string
  zip: string
  manifest: string
  assets: string
  mixers: string
  strict: boolean
  without: boolean
}
const NO_WISH: Wish = { folder: '', zip: '', manifest: '', assets: '', mixers: '', strict: false, without: false }

const bodyOf = (of: Wish) => ({
  project: '',
  bundle_root: of.folder.trim(),
  zip: of.zip.trim(),
  sampler_manifest: of.manifest.trim(),
  strict: of.strict,
  without_missing: of.without,
  assets: linesOf(of.assets),
  mixer_snapshots: linesOf(of.mixers),
})

function useExport() {
  const [wish, setWish] = useState(NO_WISH)
  const [done, setDone] = useState<bundle_done>()
  const [offer, setOffer] = useState<bundle_offer>()
  const command = useCommand()
  const plan = () =>
    command
      .run('The sampler manifest is read.', request =>
        ask('web.bundle_plan', { sampler_manifest: wish.manifest.trim() }, BUDGET_MS, request),
      )
      .then(setOffer)
  const write = async (event: Event) => {
    event.preventDefault()
    setDone(undefined)
    const got = await command.run('The bundle is written.', request =>
      ask('web.bundle_export', bodyOf(wish), BUDGET_MS, request),
    )
    setDone(got)
    if (got) say(`${clean(got.project)} is exported.`)
  }
  return {
    wish,
    put: (part: Partial<Wish>) => setWish(now => ({ ...now, ...part })),
    done,
    offer,
    command,
    plan,
    write,
  }
}

function Export() {
  const { wish, put, done, offer, command, plan, write } = useExport()
  const path = (name: 'folder' | 'zip' | 'manifest' | 'assets' | 'mixers', title: string, placeholder: string) => (
    <Path
      title={title}
      value={wish[name]}
      put={value => put({ [name]: value })}
      placeholder={placeholder}
      lines={name === 'assets' || name === 'mixers'}
    />
  )
  return (
    <form aria-label="Export a bundle" onSubmit={write}>
      <h3>Export the open project</h3>
      {path('folder', 'New folder', '/home/ana/out/demo')}
      {path('zip', 'Archive too', 'none, or /home/ana/out/demo.zip')}
      {path('manifest', 'Sampler manifest', 'none')}
      {path('assets', 'More sounds, one a line', 'none, or kick.wav=/home/ana/kick.wav')}
      {path('mixers', 'More mixers, one a line', 'none, or Verse=/home/ana/verse.json,master')}
      <p class="buttons">
        <Check on={wish.without} put={without => put({ without })}>
          Leave out missing sounds
        </Check>
        <Check on={wish.strict} put={strict => put({ strict })}>
          Refuse sounds that are not in the sampler manifest
        </Check>
      </p>
      <p class="buttons">
        <button disabled={!wish.folder.trim() || command.busy !== ''}>Export</button>
        <button type="button" disabled={command.busy !== ''} onClick={plan}>
          What does the sampler manifest offer?
        </button>
      </p>
      <Offer of={offer} />
      <CommandState of={command} />
      {done && <Content of={done} word="Exported" />}
    </form>
  )
}

/** A bundle is read and checked first; what it has is shown, and only that bundle can then be imported. */
function useImport() {
  const [bundle, setBundle] = useState('')
  const [plan, setPlan] = useState<{ bundle: string; of: bundle_done }>()
  const [done, setDone] = useState<bundle_done>()
  const command = useCommand()
  const path = bundle.trim()
  const verify = async (event: Event) => {
    event.preventDefault()
    setDone(undefined)
    const of = await command.run('The bundle is read and checked.', request =>
      ask('web.bundle_verify', { bundle: path }, BUDGET_MS, request),
    )
    setPlan(of && { bundle: path, of })
  }
  const take = async (folder: string, name: string) => {
    const of = await command.run('The bundle is imported.', request =>
      ask('web.bundle_import', { bundle: path, destination_root: folder, name }, BUDGET_MS, request),
    )
    if (!of) return
    setDone(of)
    setPlan(undefined)
    say(`${name || clean(of.project)} is imported and open. Ctrl+Z in the Table undoes this.`)
  }
  const put = (to: string) => {
    setBundle(to)
    command.forget()
  }
  return { bundle, put, verified: plan?.bundle === path ? plan.of : undefined, done, command, verify, take }
}

function Import() {
  const { bundle, put, verified, done, command, verify, take } = useImport()
  const [folder, setFolder] = useState('')
  const [name, setName] = useState('')
  const isBusy = command.busy !== ''
  return (
    <form aria-label="Import a bundle" onSubmit={verify}>
      <h3>Import a bundle</h3>
      <Path title="Folder or archive" value={bundle} put={put} placeholder="/home/ana/in/demo.zip" />
      <p class="buttons">
        <button disabled={!bundle.trim() || isBusy}>Check it</button>
      </p>
      {verified && (
        <>
          <Content of={verified} word="It has" />
          <Path title="New folder" value={folder} put={setFolder} placeholder="/home/ana/projects/demo" />
          <Path title="As a copy, named" value={name} put={setName} placeholder="its own name" />
          <p class="buttons">
            <button type="button" disabled={!folder.trim() || isBusy} onClick={() => take(folder.trim(), name.trim())}>
              Import
            </button>
          </p>
        </>
      )}
      <CommandState of={command} />
      {done && <Content of={done} word="Imported" />}
    </form>
  )
}

export const Bundles = () => (
  <details class="bundles">
    <summary>Bundles: export, import</summary>
    <p class="quiet">Paths are those of the engine's machine, and begin with /.</p>
    <Export />
    <Import />
  </details>
)
