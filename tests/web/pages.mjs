// pages.mjs: the claims of tests/web/web_test.py and project_test.py in a real browser, with the modules of BUILD/web.
// Each line of standard input is JSON with the name of a claim and its environment. A line of JSON answers it: what the
// claim printed, why it failed or '', and whether this process must judge no other claim. The claims use one browser,
// because to start one takes as long as many a claim; each has contexts of its own. The end of the input ends both.
// alike.mjs has the claims of likeness, asking.mjs those of names, ranges and the session, choosing.mjs those of
// selection and of what edits and buttons are for, frame.mjs those of layout, commands and the way to a sound,
// looking.mjs those of the map, of facts and of queries, loops.mjs and regions.mjs those of loops and regions,
// recovery.mjs and bundles.mjs those of autosaves and bundles, maps.mjs those of very large maps, paint.mjs times to
// look at, patterns.mjs those of song, library and MIDI learn, shots.mjs pictures to look at, sounds.mjs those of what
// sounds, tasks.mjs twelve tasks with their touches, teams.mjs that of a team, users.mjs those of a person with a
// keyboard or a mouse.
import { copyFileSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { strict as assert } from 'node:assert'
import { inspect } from 'node:util'
import {
  PLACES,
  SERVICES_OF_A_PAGE,
  check_axe,
  desk,
  giveName,
  json,
  kill,
  launch,
  loophole,
  mode,
  names,
  note_sounding,
  open,
  picture,
  shown,
  showsTotal,
  sounding,
  status,
  total,
  until,
  within,
} from './browser.mjs'
import { alike } from './alike.mjs'
import { asking } from './asking.mjs'
import { bundles } from './bundles.mjs'
import { choosing } from './choosing.mjs'
import { frame } from './frame.mjs'
import { kits } from './kits.mjs'
import { looking } from './looking.mjs'
import { loops } from './loops.mjs'
import { maps } from './maps.mjs'
import { paint } from './paint.mjs'
import { patterns } from './patterns.mjs'
import { recovery } from './recovery.mjs'
import { regions } from './regions.mjs'
import { shots } from './shots.mjs'
import { sounds } from './sounds.mjs'
import { strips } from './strips.mjs'
import { tasks } from './tasks.mjs'
import { teams } from './teams.mjs'
import { users } from './users.mjs'

/** A WAV of noise, another one for each seed. */
function wav(seconds, seed) {
  const RATE = 44100,
    frames = Math.round(seconds * RATE),
    bytes = Buffer.alloc(44 + frames * 2)
  bytes.write('RIFF')
  bytes.writeUInt32LE(36 + frames * 2, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(RATE, 24)
  bytes.writeUInt32LE(RATE * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(frames * 2, 40)
  for (let i = 0, at = seed + 1; i < frames; i++) {
    at = (at * 16807) % 2147483647
    bytes.writeInt16LE((at % 20001) - 10000, 44 + 2 * i)
  }
  return bytes
}

/** The panel of the community in the mode Engine. */
async function excludesAFolder(page) {
  const path = `${process.env.LOOPHOLE_HOME}/music`
  const excluded = () => json('composer', 'exclude', 'list').find(one => one.path === path)
  const panel = page.locator('section[aria-label=Community]')
  await panel.getByLabel('Folder', { exact: true }).fill(path)
  await page.keyboard.press('Enter')
  const { items } = await until('the folder is excluded', excluded)
  await panel
    .locator('[aria-label="Excluded folders"] li')
    .filter({ hasText: path })
    .filter({ hasText: `${items} items` })
    .waitFor()
  await panel.getByRole('button', { name: 'What would be sent?' }).click()
  await panel.locator('[aria-label="What would be sent"] >> text=excluded folder').waitFor()
  await panel.getByRole('button', { name: `Share ${path} again` }).click()
  await until('it is shared again', () => !excluded())
  await panel.getByLabel('What would be sent', { exact: true }).waitFor({ state: 'detached' }) // it is true no more
  await panel.getByLabel('Sharing').selectOption('ask')
  const level = () => JSON.parse(loophole('ask', 'composer.state')).level
  assert.equal(level(), 'off', 'a choice alone sets nothing')
  for (const one of ['ask', 'off']) {
    await panel.getByLabel('Sharing').selectOption(one)
    await panel.getByRole('button', { name: 'Set', exact: true }).click()
    await until(`the level is ${one}`, () => level() === one)
  }
  await panel.locator('text=None.').waitFor()
}

/** Each part of the desk of Kit. */
async function checkDesk(page, scheme) {
  for (const part of await page
    .getByRole('navigation', { name: 'Parts of the desk' })
    .getByRole('button')
    .allInnerTexts()) {
    await desk(page, part)
    await check_axe(page, `${scheme} Kit, ${part}: `)
  }
  await desk(page, 'Kits')
}

const claims = {
  ...alike,
  ...asking,
  ...bundles,
  ...choosing,
  ...frame,
  ...kits,
  ...looking,
  ...loops,
  ...maps,
  ...paint,
  ...patterns,
  ...recovery,
  ...regions,
  ...shots,
  ...sounds,
  ...strips,
  ...tasks,
  ...teams,
  ...users,

  async the_table_shows_what_the_engine_finds(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await page.fill('#query', 'bell')
    await showsTotal(page, 'bell')
    const found = json('search', 'bell').map(one => one.name)
    await until(
      'the rows are those of the engine',
      async () => JSON.stringify(await names(page)) === JSON.stringify(found),
    )
    await page.evaluate(() => {
      location.hash = '#q=titled&columns=name,title,artist'
    })
    await until('the tags of its file are shown', async () =>
      (await page.locator('.row').first().innerText()).includes('Night bell'),
    )
    assert.match(await page.locator('.row').first().innerText(), /Night bell\s+Ana/)
    await page.evaluate(() => {
      location.hash = ''
    })
    await until('the query is empty', async () => (await page.locator('#query').inputValue()) === '')
    await page.fill('#query', 'bell bmp:120')
    await page.waitForSelector('.trouble pre')
    assert.match(await page.locator('.trouble pre').innerText(), /\^ did you mean bpm/)
    assert.equal(await shown(page), null, 'no number of another query')
    await page.waitForSelector('.queryline .caret')
    return page
  },

  async a_keyboard_alone_reaches_a_sound(browser) {
    const page = await open(browser, '', note_sounding)
    await showsTotal(page, '')
    assert.equal(await page.evaluate(() => document.activeElement.id), 'query')
    await page.keyboard.type('bell')
    await showsTotal(page, 'bell')
    const [first, second] = json('search', 'bell'),
      heard = () => page.evaluate(() => [...new Set(sounded)].join())
    for (const ids of [first.id, `${first.id},${second.id}`]) {
      await page.keyboard.press('ArrowDown')
      await until('the next one sounds', async () => (await heard()) === ids)
    }
    await page.keyboard.press('Control+.')
    await until('panic ends it', async () => (await sounding(page)) === '')
    return page
  },

  async an_edit_is_seen_by_others_and_theirs_by_the_page(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    const id = json('search', 'bell')[0].id
    await until('the details are of the item', async () => (await page.locator('.details h2').count()) > 0)
    await page.keyboard.press('t')
    await page.keyboard.type('from_page')
    await page.keyboard.press('Enter')
    await until('the engine has the tag', () => json('show', id)[0].tags.includes('from_page'))
    loophole('tag', id, '+from_shell')
    await page.waitForSelector('.details .tags >> text=from_shell')
    await page.locator('.details h2').click()
    await page.keyboard.press('Control+z')
    await until('the last step is taken back', () => !json('show', id)[0].tags.includes('from_shell'))
    await page.waitForSelector('.details .tags >> text=from_shell', { state: 'detached' })
    return page
  },

  async each_mode_shows_what_the_engine_holds(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await mode(page, 'Waveforms')
    await page.waitForSelector('.tile canvas')
    assert.equal(
      await page.locator('.tile').first().locator('strong').innerText(),
      json('search', '', '--limit', '1')[0].name,
    )
    await page.getByRole('button', { name: 'Spectrograms' }).click()
    await until('spectrograms are drawn', () =>
      page
        .locator('.tile canvas')
        .first()
        .evaluate(
          of =>
            of.height === 40 &&
            of.width > 1 &&
            of
              .getContext('2d')
              .getImageData(0, 0, of.width, of.height)
              .data.some((one, i) => i % 4 === 0 && one > 100),
        ),
    )
    await picture(page, 'spectrograms')
    await page.getByRole('button', { name: 'Waveforms', exact: true }).last().click()
    await picture(page, 'waveforms')
    await mode(page, 'Map')
    const points = JSON.parse(loophole('ask', 'search.map', 'dimensions=2')).total
    await until(
      'each point is on the map',
      async () => Number(await page.locator('main.map').getAttribute('data-points')) >= Math.max(1, points),
    )
    await picture(page, 'map')
    const canvas = page.locator('main.map canvas')
    await within(
      'the page hears that the context is lost',
      canvas.evaluate(
        of =>
          new Promise(done => {
            of.addEventListener('webglcontextlost', () => setTimeout(done))
            of.extension = of.getContext('webgl2').getExtension('WEBGL_lose_context')
            of.extension.loseContext()
          }),
      ),
    )
    await canvas.evaluate(of => of.extension.restoreContext())
    await until('the page restores it', async () => (await canvas.getAttribute('data-contexts')) === '2')
    await mode(page, 'Hypergrid')
    const cell = page.locator('.hypergrid td button').first()
    const count = await cell.innerText()
    await picture(page, 'hypergrid')
    await cell.click()
    await until('the cell leads to its items', async () => (await shown(page)) === count)
    await page.locator('.field >> text=Clear all').click()
    await mode(page, 'Folders')
    await page.waitForSelector('section[aria-label=Packs] li')
    const folder = JSON.parse(loophole('ask', 'search.folders')).each[0]
    await until(
      'the folders have their counts',
      async () =>
        (await page.locator('section[aria-label=Folders] li .count').first().innerText()) ===
        folder.items.toLocaleString('en'),
    )
    await picture(page, 'folders')
    await mode(page, 'Duplicates')
    await page.waitForSelector('main.panels >> text=groups')
    await picture(page, 'duplicates')
    await mode(page, 'Engine')
    for (const service of SERVICES_OF_A_PAGE)
      await until(
        `${service} is shown`,
        async () =>
          (await page.locator(`tr[data-service=${service}] td:nth-child(3)`).innerText()) ===
          String(status(service).pid),
      )
    await excludesAFolder(page)
    await page.getByRole('region', { name: 'Team', exact: true }).getByText('team_server = ').waitFor()
    await picture(page, 'engine')
    for (const [name, filled] of [
      ['Kit', '.pad'],
      ['Record', '.recorder'],
      ['Loops', '[aria-label=Loops][data-live=true]'],
      ['Mix', '.strip[aria-label=master]'],
    ]) {
      await mode(page, name)
      await page.waitForSelector(filled)
      await picture(page, name.toLowerCase())
    }
    return page
  },

  async all_groups_of_duplicates_are_reached_and_large_ones_come_in_named_parts(browser) {
    const folder = `${process.env.LOOPHOLE_HOME}/copies`,
      COPIES = 1001,
      PAIRS = 100
    const before = total('')
    mkdirSync(folder)
    for (let n = 0; n <= PAIRS; n++) {
      const bytes = wav(0.1, n)
      for (let copy = 0; copy < (n ? 2 : COPIES); copy++) writeFileSync(`${folder}/${n}_${copy}.wav`, bytes)
    }
    loophole('library', 'add', folder)
    await until('the scan has found them', () => total('path:copies') === COPIES + 2 * PAIRS)
    const found = await until('each has its copies', () => {
      const got = JSON.parse(loophole('ask', 'search.duplicates', 'query=path:copies', 'kind=same_file', 'limit=1'))
      return got.total === PAIRS + 1 && got.groups[0].count === COPIES && got
    })
    assert.equal(found.groups[0].each.length, 1000, 'the engine gives the large group in parts')
    const page = await open(browser, '#mode=duplicates&q=path:copies')
    const sections = page.locator('.copies'),
      more = page.getByRole('button', { name: 'More', exact: true })
    await more.waitFor()
    assert.equal(await sections.count(), 100)
    await more.click()
    await until('the rest is there', async () => (await sections.count()) === PAIRS + 2)
    assert.equal(await more.count(), 0)
    const large = page.locator('.copies', { hasText: 'of 1,001' })
    assert.deepEqual(await large.locator('h2').allInnerTexts(), [
      'same file · copies 1–1,000 of 1,001',
      'same file · copy 1,001 of 1,001',
    ])
    assert.equal(await large.locator('tr', { hasText: 'keep:' }).count(), 1)
    assert.deepEqual(await large.getByRole('button', { name: /^Hide/ }).allInnerTexts(), [
      'Hide 999 other copies',
      'Hide 1 other copy',
    ])
    await large.getByRole('button', { name: 'Hide 999 other copies' }).click()
    await until('they are hidden', () => total('path:copies') === 2 + 2 * PAIRS)
    await until(
      'two are left of the group',
      async () => (await large.count()) === 0 && (await sections.count()) === PAIRS + 1,
    )
    await page.locator('main').focus()
    await page.keyboard.press('Control+z')
    await until('one step shows them again', () => total('path:copies') === COPIES + 2 * PAIRS)
    loophole('library', 'remove', folder)
    await until('the others are left', () => total('') === before)
    return page
  },

  async a_damaged_waveform_is_not_asked_for_again_and_again(browser) {
    const page = await open(browser, '#q=bell', () => {
      const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
      const { send } = WebSocket.prototype
      globalThis.asked = new Set() // a slow answer is asked for again, under the same id
      WebSocket.prototype.send = function (bytes) {
        const at = find(bytes, 'search.get_artefact')
        if (at >= 0) asked.add(bytes.slice(at, at + 38).join()) // its name and its id
        send.call(this, bytes)
      }
      const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
      Object.defineProperty(WebSocket.prototype, 'onmessage', {
        set(call) {
          set.call(this, message => {
            const bytes = new Uint8Array(message.data),
              at = find(bytes, 'levels')
            if (at > 0) bytes[at - 1] = 0xc1 // no MessagePack; of the first waveform
            call(message)
          })
        },
      })
    })
    await showsTotal(page, 'bell')
    await until('waveforms are asked for', () => page.evaluate(() => asked.size > 0))
    for (let i = 0; i < 20; i++) {
      // each draws the waveforms again
      await page.emulateMedia({ colorScheme: i % 2 ? 'light' : 'dark' })
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 20))))
    }
    const asked = await page.evaluate(() => globalThis.asked.size)
    assert(asked <= 4, `${asked} asks for two waveforms`)
    return page
  },

  async the_engine_page_shows_logs_deaths_and_what_doctor_finds(browser) {
    const page = await open(browser, '#mode=engine')
    await page.waitForSelector('section[aria-label=Latency] svg[aria-label^="query:"]')
    await page.locator('section[aria-label=Logs] select').selectOption('streamer')
    await until('the log is that of the streamer', async () => {
      const lines = await page.locator('.log pre').allInnerTexts()
      return lines.length > 0 && lines.every(line => line.includes('streamer['))
    })
    await page.getByRole('button', { name: 'Check the machine and the engine' }).click()
    await page.getByLabel('Also the checks that passed').check()
    const count = json('doctor').length
    await until('each finding is shown', async () => (await page.locator('.findings li').count()) >= count - 1)
    const before = await until('the service has lived', () => {
      const one = status('project')
      return one?.state === 'ready' && one.uptime_s > 3 && one
    })
    // by other claims: no page offers a draft after the death
    if (json('project', 'state')[0].dirty) loophole('project', 'save')
    process.kill(before.pid, 'SIGSEGV')
    const death = page.locator('.deaths button >> text=project').first()
    await death.click()
    await page.waitForSelector('pre.record >> text=SIGSEGV')
    return page
  },

  async projects_are_made_saved_and_looked_at(browser) {
    const page = await open(browser, '#mode=project&q=bell')
    await page
      .locator('form', { has: page.getByRole('button', { name: 'New project' }) })
      .locator('input')
      .fill('Night drive')
    await page.getByRole('button', { name: 'New project' }).click()
    const line = page.locator('[data-project="Night drive"]')
    await line.locator('.dirty').waitFor()
    const item = json('search', 'bell')[0]
    const id = of => JSON.parse(loophole('project', 'add', ...of, '--json').split('\n')[0]).id
    const track = id(['track', 'name=Drums', 'role=drums'])
    const section = id(['section', 'name=Chorus', 'start=0', 'length=16'])
    id(['clip', `track=${track}`, `section=${section}`, `item=${item.id}`, 'start=4'])
    for (const [by, name] of [
      ['track', 'Drums'],
      ['role', 'drums'],
      ['section', 'Chorus'],
    ]) {
      await page.getByRole('button', { name: `By ${by}`, exact: true }).click()
      await page
        .locator('details', { has: page.locator('summary', { hasText: name }) })
        .locator('button', { hasText: item.name })
        .waitFor()
    }
    loophole('hide', item.id)
    const other = json('search', 'bass')[0]
    id(['clip', `track=${track}`, `section=${section}`, `item=${other.id}`, 'start=8'])
    const clips = page.locator('details', { has: page.locator('summary', { hasText: 'Chorus' }) }).locator('li')
    await clips.filter({ hasText: other.name }).waitFor() // from an answer after the item was hidden
    assert.deepEqual(
      (await clips.locator('button:enabled span:first-child').allInnerTexts()).sort(),
      [item.name, other.name].sort(),
    )
    loophole('hide', item.id, '--off')
    loophole('project', 'undo')
    await line.getByRole('button', { name: 'Save' }).click()
    await line.locator('.dirty').waitFor({ state: 'detached' })
    assert.equal(json('project', 'state')[0].dirty, false)
    const keep = page.locator('details.keep')
    await keep.locator('summary').click()
    await keep.getByRole('button', { name: 'What would be collected?' }).click()
    await keep.getByRole('button', { name: /^Copy 1 sound,/ }).click()
    await until('its sound is collected', () => json('project', 'collect', '--check')[0].present === 1)
    loophole('project', 'set', 'bpm=99')
    await line.locator('.dirty').waitFor()
    await keep.getByRole('button', { name: 'Go back to it' }).click()
    await until('the project is as it was saved', () => json('project', 'state')[0].bpm !== 99)
    await keep.getByLabel('New name').fill('Night drive 2')
    await keep.getByRole('button', { name: 'Save as' }).click()
    await page.locator('[data-project="Night drive 2"].current').waitFor()
    assert.deepEqual(['Night drive 2', false], [json('project', 'state')[0].name, json('project', 'state')[0].dirty])
    await page.locator('.scope select').selectOption('project')
    await until('only its sounds are listed', async () => (await shown(page)) === '1')
    await page.locator('main .rows').focus()
    await page.keyboard.press('Backspace')
    await showsTotal(page, 'bell')
    return page
  },

  async a_missing_item_gets_its_file_back(browser) {
    const [item] = json('search', 'bass_hit_c')
    const twin = item.path.replace('.flac', ' twin.flac')
    copyFileSync(item.path, twin)
    loophole('library', 'rescan', '--wait')
    await until('the copy is an item', () =>
      json('search', 'bass_hit_c').some(one => one.path === twin && one.class !== undefined),
    )
    unlinkSync(item.path)
    loophole('library', 'rescan', '--wait')
    await until('the item is missing', () => json('search', 'bass_hit_c is:missing').length === 1)
    const page = await open(browser, '#q=bass_hit_c is:missing')
    await page.locator('.row.missing').click()
    await page.getByRole('button', { name: 'Look for its file' }).click()
    const candidate = page.locator('.relink li').first()
    await candidate.waitFor()
    assert.equal(await candidate.locator('.path').innerText(), twin)
    assert.match(await candidate.locator('small').innerText(), /the same sound/)
    await candidate.getByRole('button', { name: 'Take this file' }).click()
    await until('the item has the file', () => json('show', item.id)[0].path === twin)
    await page.locator('.details .notice').waitFor({ state: 'detached' })
    renameSync(twin, item.path)
    loophole('library', 'rescan', '--wait')
    return page
  },

  async items_of_a_drive_that_is_away_are_marked_until_it_returns(browser) {
    const drive = `${process.env.LOOPHOLE_HOME}/drive`
    mkdirSync(drive)
    copyFileSync(process.env.OTHER, `${drive}/farbell.wav`)
    loophole('index', drive, '--wait')
    const page = await open(browser, '#q=farbell')
    await showsTotal(page, 'farbell')
    assert.equal(await page.locator('.row.offline').count(), 0)
    renameSync(drive, `${drive}.away`)
    loophole('library', 'rescan', '--wait')
    await page.locator('.row.offline').click()
    await page.getByText('The file is offline: its volume or its library folder is away.').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.remark.bad', { hasText: 'No sound: ' }).waitFor()
    assert.match(
      await page.locator('.remark.bad').innerText(),
      /the library folder of "farbell" on volume root is not there/,
    )
    renameSync(`${drive}.away`, drive)
    loophole('library', 'rescan', '--wait')
    await page.locator('.row:not(.offline)').first().waitFor()
    await page.locator('.details .notice').waitFor({ state: 'detached' })
    return page
  },

  async a_file_in_the_cloud_is_marked_and_fetched(browser) {
    const cloud = `${process.env.LOOPHOLE_HOME}/cloud`
    mkdirSync(cloud)
    writeFileSync(`${cloud}/cloudbell.wav.nextcloud`, ' ')
    loophole('index', cloud, '--wait')
    const page = await open(browser, '#q=cloudbell')
    await page.locator('.row.cloud').click()
    await page.getByText('The file is only in the cloud.').waitFor()
    await page.getByRole('button', { name: 'Fetch from the cloud' }).click()
    await page.getByText('1 file will be fetched from the cloud').waitFor()
    copyFileSync(process.env.OTHER, `${cloud}/cloudbell.wav`)
    unlinkSync(`${cloud}/cloudbell.wav.nextcloud`)
    loophole('library', 'rescan', '--wait')
    await page.locator('.row:not(.cloud):not(.fetching)').first().waitFor()
    await page.locator('.details .notice').waitFor({ state: 'detached' })
    return page
  },

  async patterns_are_kept_in_slots(browser) {
    const page = await open(browser, '#mode=kit&desk=slots')
    const run = loophole('pattern', process.env.PATTERN)
    assert(run)
    const slots = page.locator('section[aria-label="Pattern slots"]')
    await slots.getByLabel('in slot').fill('5')
    await slots.getByRole('button', { name: 'Save the playing pattern' }).click()
    await slots.getByLabel('Name of slot 5').fill('Verse')
    await slots.getByLabel('Name of slot 5').press('Enter')
    await until('the engine has the name', () =>
      json('pattern', 'list').some(one => JSON.stringify(one).includes('Verse')),
    )
    await slots.locator('[data-slot="5"]').getByRole('button', { name: 'Copy…' }).click()
    await giveName(page, '7')
    await slots.locator('[data-slot="7"]').waitFor()
    await slots.locator('[data-slot="7"]').getByRole('button', { name: 'Load', exact: true }).click()
    await slots.locator('[data-slot="7"].active').waitFor()
    loophole('transport', 'tempo', '24') // a bar lasts ten seconds, in which the page shows what waits for its end
    await until('the tempo holds', () => JSON.parse(loophole('ask', 'audio.transport')).bpm === 24)
    loophole('transport', 'start')
    const waiting = () => JSON.parse(loophole('ask', 'audio.transport')).queued_bar !== undefined
    const said = () =>
      page.evaluate(() =>
        // one look, within the bar
        ['.launch [data-state]', '[data-slot="5"].active td:last-child > span', '[aria-label="Queued pattern"]']
          .map((of, i) => {
            const one = document.querySelector(of)
            return (i ? one?.innerText : one?.getAttribute('aria-label')) ?? ''
          })
          .join('; '),
      )
    await until('the launched slot waits for its bar', async () => {
      if (!waiting()) await page.getByRole('button', { name: 'Launch slot 5' }).click()
      return /^Launch slot 5, queued; queued; The next pattern begins at bar \d+\.$/.test(await said())
    })
    await until('it begins', async () => (await said()) === 'Launch slot 5, in use; in use; ')
    await until('an edit waits for its bar, and the slot does not', async () => {
      if (!waiting()) await page.locator('.step').first().click()
      return /^Launch slot 5, in use; in use; The next pattern begins at bar \d+\.$/.test(await said())
    })
    loophole('transport', 'stop')
    const bank = async (name, shown) => {
      await slots.getByLabel('Bank', { exact: true }).fill(name)
      await slots.getByLabel('Bank', { exact: true }).press('Enter')
      await slots.getByText(shown).waitFor()
    }
    await bank('2', 'bank 2, 0 of 128 slots')
    await bank('Chorus', 'bank 2, 0 of 128 slots')
    await slots.getByRole('button', { name: 'Save the playing pattern' }).click()
    await slots.locator('[data-slot="1"]').waitFor()
    await bank('1', 'bank 1, 2 of 128 slots')
    await bank('Chorus', 'bank 2, 1 of 128 slots')
    await slots.locator('[data-slot="1"]').getByRole('button', { name: 'Delete' }).click()
    await bank('1', 'bank 1, 2 of 128 slots')
    await slots.locator('[data-slot="5"]').getByRole('button', { name: 'Delete' }).click()
    await slots.locator('[data-slot="5"]').waitFor({ state: 'detached' })
    return page
  },

  async the_pattern_that_plays_is_edited_in_the_grid(browser) {
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    const playing = () => JSON.parse(loophole('ask', 'audio.pattern')).pattern
    const page = await open(browser, '#mode=table&q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await mode(page, 'Kit')
    const grid = page.locator('section[aria-label=Pattern]')
    const [first] = playing().sequencer.tracks
    const row = grid.getByRole('group', { name: first.name, exact: true })
    await row.locator('.step').first().waitFor()
    assert.equal(await row.locator('.step').count(), first.pattern.length)
    const rest = first.pattern.indexOf('.')
    await row.getByLabel(`Step ${rest + 1}: off`).click()
    await until('the engine plays the step', () => playing().sequencer.tracks[0].pattern[rest] === 'x')
    await row.getByLabel(`Step ${rest + 1}: on`).click()
    await until('it is an accent', () => playing().sequencer.tracks[0].pattern[rest] === 'X')
    await row.getByLabel(`Step ${rest + 1}: accent`).click({ button: 'right' })
    await until('the right button takes the accent', () => playing().sequencer.tracks[0].pattern[rest] === 'x')
    const box = await row.getByLabel(`Step ${rest + 1}: on`).boundingBox()
    await page.mouse.move(box.x + box.width / 2, box.y + 4)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2, box.y + 44, { steps: 4 }) // half of the way
    await page.mouse.up()
    await until(
      'a pull changes the velocity, and only that',
      () =>
        Math.abs(playing().sequencer.tracks[0].velocity?.[rest] - 0.5) < 0.02 &&
        playing().sequencer.tracks[0].pattern[rest] === 'x',
    )
    await grid.getByRole('heading').click()
    await page.keyboard.press(' ')
    await row.locator('.playhead:visible').waitFor()
    loophole('transport', 'tempo', '24') // a step lasts so long that no look meets another one by chance
    const column = () =>
      row
        .locator('.playhead')
        .evaluate(of => Math.round(parseFloat(of.style.transform.replace('translateX(', '')) / 100))
    await until(
      'the frame is over the step that sounds',
      async () => (await column()) === JSON.parse(loophole('ask', 'audio.transport')).step % first.pattern.length,
    )
    await page.keyboard.press(' ')
    await row.locator('.playhead').waitFor({ state: 'hidden' })
    const { pattern, velocity, ...voice } = playing().sequencer.tracks[0]
    assert.deepEqual(
      { ...voice, pattern: first.pattern, ...('velocity' in first ? { velocity: first.velocity } : {}) },
      first,
      'nothing else of the row changed',
    )
    velocity.forEach((level, i) =>
      assert(i === rest || level === (first.velocity?.[i] ?? 1), `the velocity of step ${i + 1} stays: ${level}`),
    )
    await row.getByTitle('Hear this row alone').click()
    await row.locator('button[aria-pressed=true]').waitFor()
    assert.equal(JSON.parse(loophole('ask', 'audio.rows')).each[0].solo, true)
    const count = playing().sequencer.tracks.length
    await grid.getByRole('button', { name: 'Add a row with the chosen item' }).click()
    await until('the row sounds', () => JSON.parse(loophole('ask', 'audio.rows')).each.length === count + 1)
    assert.equal(playing().sequencer.tracks[count].name, json('search', 'bell')[0].name)
    loophole('pattern', process.env.PATTERN)
    await until('the pattern of another client is shown', async () => (await grid.locator('.steps').count()) === count)

    const { running, global_step, ...sequencer } = playing().sequencer
    const long = {
      metadata: { name: 'Three bars' },
      sequencer: { ...sequencer, tracks: sequencer.tracks.map(one => ({ ...one, pattern: one.pattern.repeat(3) })) },
    }
    loophole('ask', 'audio.start', 'bar=1')
    loophole('ask', 'audio.set_pattern', `pattern=${JSON.stringify(long)}`)
    await until('it begins', () => playing().metadata.name === 'Three bars')
    await grid.getByRole('heading', { name: 'Three bars' }).waitFor()
    loophole('transport', 'tempo', '24')
    loophole('ask', 'audio.locate', 'bar=4')
    const steps = () => {
      const now = JSON.parse(loophole('ask', 'audio.transport'))
      return now.bar * 16 + now.step
    }
    await until('after a locate its steps count from bar 0', async () => (await column()) === steps() % 48)
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    return page
  },

  async a_row_or_pad_without_its_file_is_reported(browser) {
    const folder = `${process.env.LOOPHOLE_HOME}/vanishing`
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    mkdirSync(folder)
    const only = readFileSync(process.env.OTHER)
    only[5000] ^= 1 // no other item has its content, and plays in its place
    writeFileSync(`${folder}/vanishing.wav`, only)
    loophole('index', folder, '--wait')
    const page = await open(browser, '#q=vanishing')
    await showsTotal(page, 'vanishing')
    await page.locator('.row').first().click()
    await page.keyboard.press('Control+.')
    renameSync(folder, `${folder}.away`)
    await mode(page, 'Kit')
    const bad = about => page.locator('.remark.bad', { hasText: about })
    const grid = page.locator('section[aria-label=Pattern]')
    await grid.getByRole('button', { name: 'Add a row with the chosen item' }).click()
    await bad(/row \d+ vanishing is silent: /).waitFor()
    await desk(page, 'Slots')
    const slots = page.locator('section[aria-label="Pattern slots"]')
    await slots.getByLabel('in slot').fill('11')
    await slots.getByRole('button', { name: 'Save the playing pattern' }).click()
    await page.locator('.remark:not(.bad)', { hasText: 'slot 11' }).waitFor()
    await slots.locator('[data-slot="11"]').getByRole('button', { name: 'Load', exact: true }).click()
    await bad(/\. row \d+ vanishing is silent: /).waitFor()
    await page.getByRole('button', { name: 'Fill with the chosen items' }).click()
    await bad(/pad 0 is silent: /).waitFor()
    await page.locator('.pad small').first().getByText('not loaded').waitFor()
    await slots.locator('[data-slot="11"]').getByRole('button', { name: 'Delete' }).click()
    await slots.locator('[data-slot="11"]').waitFor({ state: 'detached' })
    loophole('library', 'remove', folder)
    loophole('pattern', process.env.PATTERN)
    return page
  },

  async a_take_is_drawn_while_it_grows(browser) {
    const page = await open(browser, '#mode=record')
    const record = page.locator('section[aria-label=Record]')
    await record.getByRole('button', { name: 'Record' }).click()
    const bins = async () => Number(await record.locator('canvas').getAttribute('data-bins'))
    const first = await until('its waveform is drawn', bins)
    await until('it grows', async () => (await bins()) > first)
    const [{ id }] = json('record', 'takes').filter(one => one.state === 'running')
    await record.getByRole('button', { name: 'End the take' }).click()
    await until('the take is an item', () => JSON.parse(loophole('ask', 'streamer.take', `id=${id}`)).state === 'final')
    await until('the page may record again', () => record.getByRole('button', { name: 'Record' }).isEnabled())
    await page.locator(`[data-take="${id}"]`).waitFor()
    const next = page.getByRole('group', { name: 'The next take' })
    await next.getByLabel('Source').selectOption('master')
    await next.getByLabel('Length', { exact: true }).selectOption('seconds')
    await next.getByLabel('Number of seconds').fill('0.5')
    await next.getByLabel('Name').fill('Half a second')
    await record.getByRole('button', { name: 'Record' }).click()
    const half = page.locator('[data-take]', { hasText: 'Half a second' })
    await half.waitFor()
    const { media } = JSON.parse(loophole('ask', 'search.get', `id=${await half.getAttribute('data-take')}`)).item
    assert.equal(media.frames * 2, media.sample_rate)

    // after the page last looked
    loophole('kit', 'load', json('kit', 'build', '--scope', 'ephemeral', '--slots', 'snare')[0].id)
    await half.getByRole('button', { name: 'To pad 0' }).click()
    const kit = () =>
      JSON.parse(loophole('ask', 'project.kit', `kit=${JSON.parse(loophole('ask', 'project.kits', 'limit=1')).loaded}`))
    await until(
      'the slot of the kit has the take',
      async () => kit().slots[0].layers?.[0]?.media === (await half.getAttribute('data-take')),
    )

    loophole('transport', 'stop')
    const keep = record.getByRole('button', { name: 'Keep the last 1 bar', exact: true })
    assert(await keep.isDisabled(), 'only the inputs are kept')
    await next.getByLabel('Source').selectOption('inputs')
    await until('which they are now', () => keep.isEnabled())
    await next.getByLabel('Length', { exact: true }).selectOption('bars')
    assert.equal(await next.getByLabel('Begin', { exact: true }).inputValue(), 'next', 'a take of bars begins at a bar')
    await record.getByRole('button', { name: 'Record' }).click()
    await record.getByText('waits for its bar.').waitFor()
    await record.getByRole('button', { name: 'Abandon' }).click()
    await page.locator('.remark:not(.bad)', { hasText: 'Abandoned: ' }).waitFor()
    await until('the page may record again', () => record.getByRole('button', { name: 'Record' }).isEnabled())
    return page
  },

  async sounds_go_into_the_basket_and_are_downloaded(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await page.keyboard.press('b')
    const item = json('search', 'bell')[0]
    await until('the basket has its link', () => json('basket', 'list')[0].each.some(one => one.target === item.path))
    await page.keyboard.press('4')
    await until('the engine has the rating', () => json('search', 'rating:4').some(one => one.id === item.id))
    await page.locator('.out summary').click()
    await page.locator('.out').getByText('Show in the file manager').click()
    await page.locator('.remark >> text=The file manager shows the file.').waitFor()
    const marked = readFileSync(`${process.env.LOOPHOLE_HOME}/desktop/dbus-send.said`, 'utf8')
    assert(marked.includes(`file://${item.path}\n`), marked)
    for (const [name, file] of [
      ['Download', item.path.split('/').at(-1)],
      ['As WAV', `${item.name}.wav`],
    ]) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.out').getByText(name, { exact: true }).click(),
      ])
      assert.equal(await download.failure(), null)
      assert.equal(download.suggestedFilename(), file)
    }
    const current = () => page.locator('.details h2').innerText()
    const byCommand = async name => {
      await until('the details are of the current item', async () => (await current()) === name)
      await page.keyboard.press('Control+k')
      await page.getByLabel('Command', { exact: true }).fill('download')
      const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
      assert.equal(await download.failure(), null)
      assert.equal(await current(), name, 'the page stays')
      return download.suggestedFilename()
    }
    assert.equal(await byCommand(item.name), item.path.split('/').at(-1))
    for (const at of [0, 1])
      await page
        .locator('.row')
        .nth(at)
        .click({ modifiers: ['Control'] })
    assert.equal(await byCommand((await names(page))[1]), 'loophole.zip')
    const [zip] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.out').getByText('2 items as zip').click(),
    ])
    assert.equal(await zip.failure(), null)
    await page.keyboard.press('Control+a')
    await until('all items are selected', async () =>
      (await page.locator('.details .notice').innerText()).includes(`all ${total('bell')} selected`),
    )
    await page.getByRole('button', { name: 'Clear the basket' }).click()
    await until('the basket is empty', () => json('basket', 'list')[0].each.length === 0)
    return page
  },

  async a_click_in_a_waveform_plays_from_there_and_a_pull_repeats_a_part(browser) {
    const page = await open(browser, '#q=ambi_drone', note_sounding)
    await showsTotal(page, 'ambi_drone')
    const item = json('search', 'ambi_drone')[0]
    const voice = () => JSON.parse(loophole('ask', 'streamer.voices')).each.find(one => one.group === 'preview')
    const pull = async (box, from, to) => {
      const at = await box.boundingBox()
      await page.mouse.move(at.x + at.width * from, at.y + at.height / 2)
      await page.mouse.down()
      await page.mouse.move(at.x + at.width * to, at.y + at.height / 2, { steps: 5 })
      await page.mouse.up()
    }
    const begun = await until('it sounds from there', async () => {
      // it ends soon
      await pull(page.locator('.row .wavebox').first(), 0.6, 0.6)
      return voice()
    })
    assert(begun.position > begun.frames * 0.55, JSON.stringify(begun))
    assert.equal(await until('the page shows it', () => page.evaluate(() => sounded[0])), item.id)
    await pull(page.locator('.details .wavebox'), 0.25, 0.3)
    const inside = one => one?.looping && one.position >= one.frames * 0.24 && one.position < one.frames * 0.31
    await until('the part sounds', () => inside(voice()))
    await page.locator('.details .region').waitFor()
    const before = voice().position
    await until('it repeats', () => {
      const now = voice()
      assert(inside(now), JSON.stringify(now))
      return now.position < before
    })
    await page.locator('main .rows').focus()
    await page.keyboard.press('Escape')
    await until('it is silent', () => !voice())
    await until('it repeats from there to the end', async () => {
      await page.keyboard.press('Enter')
      await until('the page shows it again', () => sounding(page))
      await page.keyboard.press('[')
      return page.locator('.details .region').isVisible() // unless it ended before
    })
    await until('the engine repeats it', () => voice()?.looping)
    await page.keyboard.press('Escape')
    return page
  },

  async a_browser_plays_what_it_can_decode_and_what_it_cannot(browser) {
    const page = await open(browser, '#q=perc_bell.flac or foreign', note_sounding)
    const asked = []
    page.on('request', request => {
      if (request.url().includes('/media/')) asked.push(new URL(request.url()))
    })
    const [bell] = json('search', 'path:perc_bell.flac'),
      [foreign] = json('search', 'foreign')
    await page.locator('footer select').selectOption('browser')
    for (const [item, as] of [
      [bell, ''],
      [foreign, '?as=wav'],
    ]) {
      await page.fill('#query', item === bell ? 'path:perc_bell.flac' : 'foreign')
      await until('the item is there', async () => (await page.locator(`.row[data-id="${item.id}"]`).count()) === 1)
      await page.locator('main .rows').focus()
      await page.keyboard.press('Home')
      await until('it sounds', () => page.evaluate(id => sounded.includes(id), item.id))
      await until('the browser got it', () =>
        asked.some(one => one.pathname === `/media/${item.id}` && one.search === as),
      )
      await page.keyboard.press('Escape')
      await until('it is silent', async () => (await sounding(page)) === '')
    }
    assert.equal(JSON.parse(loophole('ask', 'streamer.voices')).each.length, 0, 'JACK plays nothing')
    await page.locator('footer select').selectOption('jack')
    return page
  },

  async many_items_are_scrolled_and_searched(browser) {
    const count = Number(process.env.COUNT)
    const page = await open(browser)
    await until('the page counts all', async () => (await shown(page)) === String(count))
    const rows = page.locator('main .rows')
    const firstRow = () =>
      page
        .locator('.row')
        .first()
        .evaluate(of => [Number(of.getAttribute('aria-rowindex')) - 2, of.dataset.id])
    for (const part of [0.9, 0.5, 0.123]) {
      await rows.evaluate((of, part) => {
        of.scrollTop = of.scrollHeight * part
      }, part)
      const drawn = await until('the rows there are drawn', async () => {
        const now = await firstRow()
        return now[1] && Math.abs(now[0] / count - part) < 0.05 && now
      })
      const [{ id }] = JSON.parse(loophole('ask', 'search.query', `offset=${drawn[0]}`, 'limit=1')).items.map(
        one => one.media,
      )
      assert.equal(drawn[1], id, `row ${drawn[0]}`)
    }
    const frames = await rows.evaluate(
      of =>
        new Promise(done => {
          const times = []
          let last = performance.now()
          const step = now => {
            times.push(now - last)
            last = now
            of.scrollTop += 200
            if (times.length < 150) requestAnimationFrame(step)
            else done(times.slice(1).sort((a, b) => a - b))
          }
          requestAnimationFrame(step)
        }),
    )
    const at = part => frames[Math.floor(frames.length * part)].toFixed(1)
    console.log(
      `${count} items in the browser: frames of a scroll p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`,
    )
    await rows.focus()
    await page.keyboard.press('End')
    const [last] = JSON.parse(loophole('ask', 'search.query', `offset=${count - 1}`, 'limit=1')).items
    await until(
      'the last row is reached',
      async () =>
        (await page
          .locator('.row.at')
          .getAttribute('data-id')
          .catch(() => '')) === last.media.id,
    )
    const began = Date.now()
    await page.fill('#query', 'kick')
    await showsTotal(page, 'kick')
    const memory = await page.evaluate(() => performance.memory.usedJSHeapSize)
    console.log(
      `${count} items in the browser: a new query shown after ${Date.now() - began} ms, with the command that checks ` +
        `it; ${(memory / 1e6).toFixed(0)} MB of heap`,
    )
    return page
  },

  async services_are_killed_without_a_reload(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    for (const service of SERVICES_OF_A_PAGE.slice(0, Number(process.env.KILLS ?? 3))) {
      await kill(service)
      const query = service === 'search' ? 'bell' : 'drum'
      await page.fill('#query', query)
      await showsTotal(page, query)
    }
    assert.equal(page.loads, 1, 'the page was not loaded again')
    return page
  },

  async axe_finds_nothing(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme })
      for (const name of [...Object.values(PLACES).flat(), 'Commands']) {
        if (name !== 'Commands') await mode(page, name)
        else await page.keyboard.press('Control+k')
        await until('the mode is shown', async () => (await page.locator('main').count()) === 1)
        if (name === 'Table') {
          await page.locator('.row').nth(1).click()
          await page.locator('.rows[aria-activedescendant]').waitFor()
        }
        if (name === 'Kit') await checkDesk(page, scheme)
        else await check_axe(page, `${scheme} ${name}: `)
      }
      await page.keyboard.press('Escape')
      await page.evaluate(id => {
        location.hash = `like=${id}`
      }, json('search', '')[0].id)
      await page.locator('.directions').waitFor()
      await page.evaluate(() => {
        Promise.reject(new Error('an error'))
      })
      await page.locator('.remark.bad').waitFor()
      await check_axe(page, `${scheme} likeness and an error: `)
      page.errors.length = 0
      await page.evaluate(() => {
        location.hash = ''
      })
    }
    return page
  },
}

let browser

/** Why the claim fails, or ''. A browser that died after the claim before is replaced. */
async function judge(name) {
  try {
    if (!browser?.isConnected()) browser = await launch()
    const page = await claims[name](browser)
    assert.deepEqual(page.errors, [], 'no exception in the page')
    await picture(page, name)
    return ''
  } catch (error) {
    return inspect(error)
  }
}

/** Closes the pages of a claim. False: the browser did not do so in time. */
const clear = () =>
  within('the pages are closed', Promise.all(browser.contexts().map(context => context.close()))).then(
    () => true,
    () => false,
  )

const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit()) // also in the middle of a claim; playwright then kills the browser
let said
console.log = console.error = text => said.push(String(text))
for await (const line of lines) {
  const { name, env } = JSON.parse(line)
  Object.assign(process.env, env)
  said = []
  const error = await judge(name)
  const last = error !== '' || !(await clear())
  process.stdout.write(`${JSON.stringify({ said, error, last })}\n`)
}
