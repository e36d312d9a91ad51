// Bundles: the open project as a folder for another machine, and a bundle as a project here. The engine's machine reads
// and writes the paths.
import type { bundle_done, bundle_offer } from 'loophole'
import { useState } from 'preact/hooks'
import { usePolled } from '../connection/polled'
import { bytesText, clean, counted, idText, num, pathText } from '../base/format'
import { complain, say } from '../base/state'
import { ask, AskError, newRequest } from '../connection/wire'
import { Check } from '../base/check'

const BUDGET_MS = 600000
const NAMES_SHOWN = 12

/** Runs one command at a time; `busy` says which. The id of its request is that of its task. */
function useCommand() {
  const [busy, setBusy] = useState('')
  const [request, setRequest] = useState<Uint8Array>()
  const [refusal, setRefusal] = useState<AskError>()
  const run = async <T,>(
    what: string,
    promise: (request: Uint8Array<ArrayBuffer>) => Promise<T>,
  ): Promise<T | undefined> => {
    const id = newRequest()
    setBusy(what)
    setRequest(id)
    setRefusal(undefined)
    try {
      return await promise(id)
    } catch (error) {
      if (!(error instanceof AskError)) throw error
      setRefusal(error)
      return undefined
    } finally {
      setBusy('')
    }
  }
  return { busy, request, refusal, run, forget: () => setRefusal(undefined) }
}

/** The options that a hint names, as the page calls them. */
const FIELDS: [string, string][] = [
  ['--name NAME', 'a name in *As a copy, named*'],
  ['--without-missing', '*Leave out missing sounds*'],
  ['--strict', '*Refuse sounds…*'],
  ['--mixer-snapshot ', 'More mixers: '],
  ['--asset ', 'More sounds: '],
]
const inWordsOfPage = (text: string) =>
  FIELDS.reduce((all, [option, field]) => all.replaceAll(option, field), clean(text))

/** How far a command is, and its end. */
function Running({ what, request }: { what: string; request: Uint8Array }) {
  const [got] = usePolled(() => ask('web.status', {}, 2000), 300)
  const [ends, setEnds] = useState(false)
  const task = (got?.tasks ?? []).find(one => idText(one.id) === idText(request))
  const total = num(task?.total ?? 0),
    done = num(task?.done ?? 0)
  const cancel = () => {
    setEnds(true)
    ask('web.cancel', { task: request }, 5000).catch(error => {
      setEnds(false)
      complain(error)
    })
  }
  return (
    <p class="task">
      <span>{task ? clean(task.label) : what}</span>
      <progress aria-label={what} max={total || 1} value={total ? done : undefined} />
      <span>{total > 0 && `${bytesText(done)} of ${bytesText(total)}`}</span>
      {task && (
        <button type="button" disabled={ends} onClick={cancel}>
          {ends ? 'Cancelling…' : 'Cancel'}
        </button>
      )}
    </p>
  )
}

function State({ of }: { of: ReturnType<typeof useCommand> }) {
  return (
    <div role="status">
      {of.busy && of.request && <Running key={idText(of.request)} what={of.busy} request={of.request} />}
      {of.refusal && (
        <p class="notice refused">
          {inWordsOfPage(of.refusal.message)}
          {of.refusal.hint && <small> {inWordsOfPage(of.refusal.hint)}</small>}
        </p>
      )}
    </div>
  )
}

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

function Path({
  title,
  value,
  put,
  placeholder,
}: {
  title: string
  value: string
  put: (value: string) => void
  placeholder: string
}) {
  return (
    <label class="pathfield">
      {title}{' '}
      <input
        type="text"
        spellcheck={false}
        autocomplete="off"
        value={value}
        placeholder={placeholder}
        onInput={event => put(event.currentTarget.value)}
      />
    </label>
  )
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line)

/** One entry on each line. */
function Lines({
  title,
  value,
  put,
  placeholder,
}: {
  title: string
  value: string
  put: (value: string) => void
  placeholder: string
}) {
  return (
    <label class="pathfield">
      {title}{' '}
      <textarea
        rows={2}
        spellcheck={false}
        autocomplete="off"
        value={value}
        placeholder={placeholder}
        onInput={event => put(event.currentTarget.value)}
      />
    </label>
  )
}

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

function Export() {
  const [folder, setFolder] = useState('')
  const [zip, setZip] = useState('')
  const [manifest, setManifest] = useState('')
  const [assets, setAssets] = useState('')
  const [mixers, setMixers] = useState('')
  const [strict, setStrict] = useState(false)
  const [without, setWithout] = useState(false)
  const [done, setDone] = useState<bundle_done>()
  const [offer, setOffer] = useState<bundle_offer>()
  const command = useCommand()
  const plan = () =>
    command
      .run('The sampler manifest is read.', request =>
        ask('web.bundle_plan', { sampler_manifest: manifest.trim() as never }, BUDGET_MS, request),
      )
      .then(setOffer)
  const write = async (event: Event) => {
    event.preventDefault()
    setDone(undefined)
    const got = await command.run('The bundle is written.', request =>
      ask(
        'web.bundle_export',
        {
          project: '',
          bundle_root: folder.trim() as never,
          zip: zip.trim() as never,
          sampler_manifest: manifest.trim() as never,
          strict,
          without_missing: without,
          assets: linesOf(assets) as never,
          mixer_snapshots: linesOf(mixers) as never,
        },
        BUDGET_MS,
        request,
      ),
    )
    setDone(got)
    if (got) say(`${clean(got.project)} is exported.`)
  }
  return (
    <form aria-label="Export a bundle" onSubmit={write}>
      <h3>Export the open project</h3>
      <Path title="New folder" value={folder} put={setFolder} placeholder="/home/ana/out/demo" />
      <Path title="Archive too" value={zip} put={setZip} placeholder="none, or /home/ana/out/demo.zip" />
      <Path title="Sampler manifest" value={manifest} put={setManifest} placeholder="none" />
      <Lines
        title="More sounds, one a line"
        value={assets}
        put={setAssets}
        placeholder="none, or kick.wav=/home/ana/kick.wav"
      />
      <Lines
        title="More mixers, one a line"
        value={mixers}
        put={setMixers}
        placeholder="none, or Verse=/home/ana/verse.json,master"
      />
      <p class="buttons">
        <Check on={without} put={setWithout}>
          Leave out missing sounds
        </Check>
        <Check on={strict} put={setStrict}>
          Refuse sounds that are not in the sampler manifest
        </Check>
      </p>
      <p class="buttons">
        <button disabled={!folder.trim() || command.busy !== ''}>Export</button>
        <button type="button" disabled={command.busy !== ''} onClick={plan}>
          What does the sampler manifest offer?
        </button>
      </p>
      <Offer of={offer} />
      <State of={command} />
      {done && <Content of={done} word="Exported" />}
    </form>
  )
}

/** A bundle is read and checked first; what it has is shown, and only that bundle can then be imported. */
function Import() {
  const [bundle, setBundle] = useState('')
  const [folder, setFolder] = useState('')
  const [name, setName] = useState('')
  const [plan, setPlan] = useState<{ bundle: string; of: bundle_done }>()
  const [done, setDone] = useState<bundle_done>()
  const command = useCommand()
  const path = bundle.trim()
  const verified = plan?.bundle === path
  const verify = async (event: Event) => {
    event.preventDefault()
    setDone(undefined)
    const of = await command.run('The bundle is read and checked.', request =>
      ask('web.bundle_verify', { bundle: path as never }, BUDGET_MS, request),
    )
    setPlan(of && { bundle: path, of })
  }
  const take = async () => {
    const of = await command.run('The bundle is imported.', request =>
      ask(
        'web.bundle_import',
        { bundle: path as never, destination_root: folder.trim() as never, name: name.trim() },
        BUDGET_MS,
        request,
      ),
    )
    if (!of) return
    setDone(of)
    setPlan(undefined)
    say(`${name.trim() || clean(of.project)} is imported and open. Ctrl+Z in the Table undoes this.`)
  }
  return (
    <form aria-label="Import a bundle" onSubmit={verify}>
      <h3>Import a bundle</h3>
      <Path
        title="Folder or archive"
        value={bundle}
        put={to => {
          setBundle(to)
          command.forget()
        }}
        placeholder="/home/ana/in/demo.zip"
      />
      <p class="buttons">
        <button disabled={!path || command.busy !== ''}>Check it</button>
      </p>
      {verified && (
        <>
          <Content of={plan.of} word="It has" />
          <Path title="New folder" value={folder} put={setFolder} placeholder="/home/ana/projects/demo" />
          <Path title="As a copy, named" value={name} put={setName} placeholder="its own name" />
          <p class="buttons">
            <button type="button" disabled={!folder.trim() || command.busy !== ''} onClick={take}>
              Import
            </button>
          </p>
        </>
      )}
      <State of={command} />
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
