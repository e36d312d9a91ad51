// bundles.mjs: claims of project_test.py about bundles.
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { check_axe, enterFromAfar, json, loophole, mode, open, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const projects = () => asked('project.list').each.map(one => one.name)
const out = name => `${process.env.LOOPHOLE_HOME}/${name}`
const form = (page, what) => page.getByRole('form', { name: `${what} a bundle` })
const press = (of, name) => of.getByRole('button', { name, exact: true }).press('Enter')

async function reach(browser) {
  const page = await open(browser)
  await mode(page, 'Project')
  await page.locator('.bundles summary').press('Enter')
  return page
}

/** The form says this, of a refusal. */
const refuses = (of, text) =>
  until(
    `it refuses: ${text}`,
    async () =>
      (await of.locator('.refused').count()) === 1 && (await of.locator('.refused').innerText()).includes(text),
  )

export const bundles = {
  async a_bundle_is_exported_checked_and_imported_on_the_page(browser) {
    loophole('project', 'new', 'Travels')
    const { id } = json('show', `${process.env.MUSIC}/count.wav`)[0]
    asked('project.put', 'kind=clip', `body=${JSON.stringify({ name: 'Verse', item: id })}`)
    const page = await reach(browser)
    const to = form(page, 'Export'),
      from = form(page, 'Import')
    await to.getByLabel('New folder').fill('travels')
    await press(to, 'Export')
    await refuses(to, 'the path "travels" is not absolute')
    await to.getByLabel('New folder').fill(out('travels'))
    await to.getByLabel('Archive too').fill(out('travels.zip'))
    await to.getByLabel('More sounds').fill(`spare.wav=${process.env.MUSIC}/count.wav`)
    await to.getByLabel('More mixers').fill(`Chorus=${out('chorus.json')}`)
    writeFileSync(out('chorus.json'), JSON.stringify({ gains: { master: -3 } }))
    await press(to, 'Export')
    await refuses(to, 'expected NAME=PATH,TYPE')
    await to.getByLabel('More mixers').fill(`Chorus=${out('chorus.json')},subgroup\n`)
    await press(to, 'Export')
    await to.locator('.content[data-project=Travels]').waitFor()
    const manifest = JSON.parse(readFileSync(out('travels/project_manifest.json'), 'utf8'))
    assert.deepEqual(manifest.sampler_assets.map(one => one.asset_name).sort(), ['count.wav', 'spare.wav'])
    assert.equal(manifest.mixer_snapshots.find(one => one.name === 'Chorus').snapshot_type, 'subgroup')
    assert(existsSync(out('travels/assets/count.wav')) && statSync(out('travels.zip')).size > 1e6)
    await press(to, 'Export')
    await refuses(to, 'travels')
    writeFileSync(
      out('choir.json'),
      JSON.stringify({
        assets: [
          { name: 'choir_a.wav', sha256: '0'.repeat(64) },
          { name: 'choir_b.flac', sha256: '1'.repeat(64) },
        ],
      }),
    )
    await to.getByLabel('Sampler manifest', { exact: true }).fill(out('choir.json'))
    await press(to, 'What does the sampler manifest offer?')
    const { summary, import_dialog_filters } = JSON.parse(
      loophole('bundle', 'plan', '--json', '--sampler-manifest', out('choir.json')),
    )
    await until(
      'the plan is shown',
      async () =>
        (await to.locator('.offer').count()) === 1 && (await to.locator('.offer').innerText()).startsWith(summary),
    )
    for (const one of import_dialog_filters)
      assert((await to.locator('.offer').innerText()).includes(`${one.label} (${one.patterns.join(' ')})`))

    const broken = readFileSync(out('travels.zip'))
    broken[broken.length >> 2] ^= 1
    writeFileSync(out('broken.zip'), broken)
    const before = projects()
    await from.getByLabel('Folder or archive').fill(out('broken.zip'))
    await press(from, 'Check it')
    await refuses(from, 'count.wav')
    assert.equal(
      await from.getByRole('button', { name: 'Import', exact: true }).count(),
      0,
      'what is refused cannot be imported',
    )
    await from.getByLabel('Folder or archive').fill(out('travels.zip'))
    await press(from, 'Check it')
    await until(
      'what it has is shown',
      async () =>
        (await from.locator('.content').count()) === 1 &&
        /It has: Travels, .* 2 sounds/.test(await from.locator('.content').innerText()),
    )
    await check_axe(page)
    await from.getByLabel('New folder').fill(out('arrived'))
    await press(from, 'Import')
    await refuses(from, 'is here already')
    assert(
      (await from.locator('.refused').innerText()).includes('a name in *As a copy, named* imports it as a copy'),
      'no option of the command line',
    )
    assert.deepEqual(projects(), before)
    await from.getByLabel('As a copy, named').fill('Arrived')
    await press(from, 'Import')
    await until('it is a project, and open', () => json('project', 'state')[0].name === 'Arrived')
    await page.locator('[data-project=Arrived].current').waitFor()
    assert(existsSync(out('arrived/Media/Audio')))
    return page
  },

  async a_command_on_a_bundle_shows_how_far_it_is_and_is_cancelled(browser) {
    const page = await reach(browser)
    const from = form(page, 'Import')
    mkdirSync(out('huge/assets'), { recursive: true })
    for (const name of ['a', 'b']) {
      // to read them takes minutes; they take no room
      writeFileSync(out(`huge/assets/${name}.wav`), '')
      truncateSync(out(`huge/assets/${name}.wav`), name === 'a' ? 1 << 20 : 2 ** 38)
    }
    writeFileSync(
      out('huge/project_manifest.json'),
      JSON.stringify({
        manifest_version: '1.0.0',
        project: { id: 'huge', name: 'Huge', bpm: 120, swing: 0 },
        patterns: [],
        mixer_snapshots: [],
        sampler_assets: ['a', 'b'].map(name => ({
          asset_name: `${name}.wav`,
          relative_path: `assets/${name}.wav`,
          sha256: '0'.repeat(64),
          lufs_lu: null,
          source_uri: null,
        })),
      }),
    )
    await from.getByLabel('Folder or archive').fill(out('huge'))
    await press(from, 'Check it')
    const task = from.locator('.task')
    await until(
      'it says how far it is',
      async () =>
        (await task.count()) === 1 &&
        /Checking a bundle: reading the files/.test(await task.innerText()) &&
        / [MG]iB of 256 GiB/.test(await task.innerText()),
    )
    const bar = await until('it reads the second file', async () => {
      const now = await task.locator('progress').evaluate(of => [of.value, of.max])
      return now[0] > 1 << 20 && now
    })
    assert(bar[0] < bar[1] && bar[1] > 2 ** 38, `${bar}`)
    assert((await task.locator('span').first().boundingBox()).width > 150, 'the words have room')
    await check_axe(page)
    assert(/ [MG]iB of 256\.0 GiB {2}Checking a bundle/.test(loophole('tasks')))
    await press(from, 'Cancel')
    await refuses(from, 'cancelled: nothing was written')
    assert(!loophole('tasks').includes('Checking a bundle'))
    await from.getByLabel('Folder or archive').fill(out('travels.zip')) // the next command does not wait for it
    await press(from, 'Check it')
    await until('the next one runs', async () => (await from.locator('.content[data-project=Travels]').count()) === 1)
    return page
  },

  async a_page_of_another_machine_reads_and_writes_no_bundle(browser) {
    const page = await open(browser, '#mode=project', undefined, { ignoreHTTPSErrors: true }, enterFromAfar)
    await page.locator('section[aria-label=Projects] li').first().waitFor()
    assert.equal(await page.locator('.bundles').count(), 0)
    assert.equal(await page.locator('dialog.recovery').count(), 0)
    return page
  },
}
