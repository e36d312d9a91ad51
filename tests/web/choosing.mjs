// choosing.mjs: claims of web_test.py about what is chosen: ranges, all items, and what edits and buttons are for.
import { copyFileSync, mkdirSync, unlinkSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { desk, hold_asks, json, loophole, mode, open, reload, showsTotal, sounding, total, until } from './browser.mjs'
import { find_misplaced } from './frame.mjs'
import { change_without_end } from './looking.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const sorted = list => [...list].sort()
const listed = (query, offset, limit = 1, ...more) =>
  asked('search.query', `query=${query}`, `offset=${offset}`, `limit=${limit}`, ...more).items.map(one => one.media.id)
const chosenIds = async page =>
  sorted(await page.locator('.row.chosen').evaluateAll(all => all.map(of => of.dataset.id)))
const chosenCount = page =>
  page.locator('.details').evaluate(of => Number(/all (\d+) selected/.exec(of.innerText)?.[1] ?? 0))
const row = (page, index) => page.locator(`#row-${index}`)
const scrollTo = (page, index) =>
  page.locator('main .rows').evaluate((of, index) => {
    of.scrollTop = index * 32
  }, index)

/** A class whose items are on several pages and can be selected as a whole. */
const someClass = () =>
  asked('search.query', 'limit=0', 'facets=["class"]').facets.find(one => one.count > 800 && one.count < 3000).value
const steps = () => asked('persist.undo_list', 'scope=catalogue', 'limit=1000').each.filter(one => !one.undone).length
const find = text => `#q=${encodeURIComponent(text)}`

/** In the page, from its beginning: with `held`, the answers to search.get wait until there is none. */
function hold_items() {
  const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
  const items = new Set(),
    waiting = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    const at = find(bytes, 'search.get') + 12
    if (at > 12 && bytes[at - 1] === 16) items.add(bytes.slice(at, at + 16).join())
    send.call(this, bytes)
  }
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(call) {
      globalThis.release = () => {
        globalThis.held = false
        waiting.splice(0).forEach(call)
      }
      set.call(this, message => {
        const bytes = new Uint8Array(message.data)
        if (globalThis.held && items.has(bytes.slice(2 + bytes[1] + 4, 2 + bytes[1] + 20).join())) waiting.push(message)
        else call(message)
      })
    },
  })
}

/** In the page, from its beginning: persist answers the first copy of an edit to nobody, and is away for the second. */
function lose_the_first_answer() {
  const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
  const text = word => new TextEncoder().encode(word)
  const copies = new Map()
  let call
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    const at = find(bytes, 'persist.edit_media') + 20
    if (at === 19) return send.call(this, bytes)
    const request = bytes.slice(at, at + 16),
      count = (copies.get(request.join()) ?? 0) + 1
    copies.set(request.join(), count)
    if (count !== 2) return send.call(this, bytes)
    const refusal = Uint8Array.from([
      0,
      7,
      ...text('persist'),
      0x94,
      1,
      0xc4,
      16,
      ...request,
      0xa7,
      ...text('offline'),
      0x81,
      0xa4,
      ...text('what'),
      0xa4,
      ...text('away'),
    ])
    setTimeout(() => call({ data: refusal.buffer }))
  }
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(given) {
      call = given
      set.call(this, message => {
        const bytes = new Uint8Array(message.data)
        if (copies.get(bytes.slice(2 + bytes[1] + 4, 2 + bytes[1] + 20).join()) !== 1) given(message)
      })
    },
  })
}

/** In the page, from its beginning: asks for the file of a missing item wait until they are released. The page sends
 * each again after a second. */
function hold_relinks() {
  const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
  const waiting = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    if (find(bytes, 'web.relink') >= 0) waiting.push(() => send.call(this, bytes))
    else send.call(this, bytes)
  }
  globalThis.asked = () => waiting.length
  globalThis.release = () => waiting.splice(0).forEach(call => call())
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(call) {
      set.call(this, message => {
        call(message)
        if (find(new Uint8Array(message.data), 'candidates') >= 0)
          requestAnimationFrame(() =>
            setTimeout(() => {
              globalThis.answered = true
            }),
          )
      })
    },
  })
}

/** In the page, from its beginning: a browser that lacks WebGL2. */
function without_webgl() {
  const { getContext } = HTMLCanvasElement.prototype
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind === 'webgl2' ? null : getContext.call(this, kind, ...more)
  }
}

const DUMMY = 'JACK runs its dummy driver'

export const choosing = {
  async a_range_begins_at_the_item_that_is_current(browser) {
    const name = someClass(),
      query = `class:${name}`
    const [id, next] = listed(query, 3, 2)
    const page = await open(browser)
    await showsTotal(page, '')
    const all = Array.from({ length: 4 }, (_, page) => listed('', page * 500, 500)).flat()
    const far = all.indexOf(id)
    assert(far > 3, 'the item has another row in the whole list')
    await scrollTo(page, far - 2)
    await row(page, far).click()
    await page.locator(`.row.at[data-id="${id}"]`).waitFor()
    await page
      .getByRole('navigation', { name: 'Facets' })
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .first()
      .click()
    await showsTotal(page, query)
    await scrollTo(page, 0)
    await page.locator(`#row-3.at[data-id="${id}"]`).waitFor()
    await page.locator('main .rows').focus()
    await page.keyboard.press('Shift+ArrowDown')
    await until('two items are selected', async () => (await chosenCount(page)) > 1)
    assert.deepEqual([await chosenCount(page), await chosenIds(page)], [2, sorted([id, next])])
    return page
  },

  async a_range_has_each_of_its_items(browser) {
    const query = `class:${someClass()}`,
      count = total(query)
    const page = await open(browser, find(query))
    await showsTotal(page, query)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Home')
    await page.locator(`.row.at[data-id="${listed(query, 0)[0]}"]`).waitFor()
    await page.keyboard.press('Shift+End')
    await page.locator(`.row.at[data-id="${listed(query, count - 1)[0]}"]`).waitFor()
    await until('all items are selected', async () => (await chosenCount(page)) === count)
    return page
  },

  async all_items_are_selected_while_the_catalogue_changes(browser) {
    const query = `class:${someClass()}`,
      count = total(query)
    const page = await open(
      browser,
      find(query),
      `globalThis.late_ms = 400; globalThis.one_by_one = true; (${change_without_end})()`,
    )
    await showsTotal(page, query)
    await row(page, 2).click()
    await page.keyboard.press('Control+a')
    await until('items are selected', () => chosenCount(page))
    assert.equal(await chosenCount(page), count)
    return page
  },

  async rows_on_the_screen_stay_loaded_after_a_sort_and_a_selection_of_all(browser) {
    const query = `class:${someClass()}`
    const page = await open(browser, find(query))
    await showsTotal(page, query)
    const top = 700
    const firstIs = async (index, id) =>
      (await row(page, index).count()) === 1 && (await row(page, index).getAttribute('data-id')) === id
    await scrollTo(page, top)
    await until('the rows are drawn', () => firstIs(top, listed(query, top)[0]))
    await page.getByRole('button', { name: 'Length' }).click()
    await until('the sorted rows are drawn', () => firstIs(top, listed(query, top, 1, 'sort=duration_s')[0]))
    await row(page, top + 3).click()
    await page.keyboard.press('Control+a')
    await until('all items are selected', async () => (await chosenCount(page)) === total(query))
    const tagged = listed(query, top, 1, 'sort=duration_s')[0]
    loophole('tag', tagged, '+seen')
    await until('the row on the screen shows the tag', async () => (await row(page, top).innerText()).includes('seen'))
    loophole('undo')
    return page
  },

  async edits_and_downloads_are_for_what_the_page_names(browser) {
    const [one, other, clip] = json('search', '').slice(0, 3)
    const page = await open(browser)
    await showsTotal(page, '')
    await page.locator(`.row[data-id="${other.id}"]`).click()
    await page.locator('.details h2', { hasText: other.name }).waitFor()
    await page.locator(`.row[data-id="${one.id}"]`).click({ modifiers: ['Control'] })
    await until(
      'both are selected',
      async () => JSON.stringify(await chosenIds(page)) === JSON.stringify(sorted([one.id, other.id])),
    )
    await page.locator(`.row[data-id="${other.id}"]`).click({ modifiers: ['Control'] })
    await until('one is selected', async () => JSON.stringify(await chosenIds(page)) === JSON.stringify([one.id]))
    await page.locator('.details .notice', { hasText: 'Edits apply to the selected item, not to this one.' }).waitFor()
    await page.locator('.out summary').click()
    assert.equal(
      await page.locator('.out').getByText('Download', { exact: true }).getAttribute('href'),
      `/media/${other.id}`,
    )
    loophole('project', 'new', 'Clips')
    const track = JSON.parse(loophole('project', 'add', 'track', 'name=Only', '--json').split('\n')[0]).id
    loophole('project', 'add', 'clip', `track=${track}`, `item=${clip.id}`)
    await mode(page, 'Project')
    await page.locator('section[aria-label^="Open project"] li button', { hasText: clip.name }).click()
    await mode(page, 'Table')
    await page.locator('.details h2', { hasText: clip.name }).waitFor()
    await until('the selection has ended', async () => (await chosenIds(page)).length === 0)
    return page
  },

  async an_offer_is_for_the_project_that_made_it(browser) {
    const [item] = json('search', 'bell')
    const page = await open(browser, '#mode=project')
    loophole('project', 'new', 'First offer')
    const track = JSON.parse(loophole('project', 'add', 'track', 'name=Only', '--json').split('\n')[0]).id
    loophole('project', 'add', 'clip', `track=${track}`, `item=${item.id}`)
    await page.locator('[data-project="First offer"].current').waitFor()
    const keep = page.locator('details.keep')
    await keep.locator('summary').click()
    await keep.getByLabel('New name').fill('Of the first')
    await keep.getByRole('button', { name: 'What would be collected?' }).click()
    const offer = keep.getByRole('button', { name: /^Copy \d+ sounds?,/ })
    await offer.waitFor()
    loophole('project', 'new', 'Second offer')
    await page.locator('section[aria-label="Open project Second offer"]').waitFor()
    assert.equal(await offer.count(), 0, 'no offer of another project')
    assert.equal(await keep.getByLabel('New name').inputValue(), '')
    return page
  },

  async details_are_never_those_of_another_item(browser) {
    const [first, second] = json('search', 'bell'),
      [far] = json('search', 'drum -bell')
    const page = await open(browser, '#q=bell', hold_items)
    await showsTotal(page, 'bell')
    const name = page.locator('.details h2')
    await page.locator(`.row[data-id="${first.id}"]`).click()
    await until('the details are of the first', async () => (await name.innerText()) === first.name)
    await page.evaluate(() => {
      globalThis.held = true
    })
    await page.locator(`.row[data-id="${second.id}"]`).click()
    await until('a listed item needs no answer', async () => (await name.innerText()) === second.name)
    await page.evaluate(id => {
      location.hash = `#q=bell&at=${id}`
    }, far.id)
    await until('nothing of the second is shown', async () => !(await name.isVisible()))
    await page.evaluate(() => globalThis.release())
    await until('the details are of the other', async () => (await name.innerText()) === far.name)
    return page
  },

  async what_is_typed_into_the_details_is_no_command_and_for_their_item_alone(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    const [one, other] = json('search', 'bell')
    loophole('rate', one.id, '0') // another claim rates it
    const shownAs = id => {
      const { media, facts } = asked('search.get', `id=${id}`).item
      return { ...media, rated: facts.some(of => of.attribute === 'rating') }
    }
    const field = title => page.locator('.stated').getByLabel(title, { exact: true })
    const notes = page.locator('.stated textarea'),
      name = page.locator('.details h2')
    const noteOf = async text => {
      loophole('edit', one.id, `notes=${text}`)
      loophole('tag', one.id, `+${text}`)
      await page.locator('.details .tags').getByText(text).waitFor()
    }
    await page.locator(`.row[data-id="${one.id}"]`).click()
    await until('the details are of the first', async () => (await name.innerText()) === one.name)
    await notes.focus()
    await noteOf('before')
    await until(
      'a field where nothing was typed shows what the engine has',
      async () => (await notes.inputValue()) === 'before',
    )
    await page.keyboard.press('End')
    await page.keyboard.type('go')
    await noteOf('meanwhile')
    await page.keyboard.type('hf3')
    assert.equal(await notes.inputValue(), 'beforegohf3')
    const { hidden, favourite, rated, notes: said } = shownAs(one.id)
    assert.deepEqual([hidden, favourite, rated, said], [false, false, false, 'meanwhile'])
    await page.locator('main .rows').focus()
    await until('the engine has what was typed', () => shownAs(one.id).notes === 'beforegohf3')
    await page.keyboard.press('Control+z')
    await until('the field shows the text of the other again', async () => (await notes.inputValue()) === 'meanwhile')

    const bpm = await field('BPM').inputValue(),
      sort = await field('Class').inputValue()
    assert.notEqual(sort, '')
    for (const [title, typed, shown] of [
      ['BPM', 'fast', bpm],
      ['Class', '', sort],
    ]) {
      await field(title).fill(typed)
      await field(title).press('Enter')
      await until(`${title} shows what the engine has`, async () => (await field(title).inputValue()) === shown)
    }
    await field('BPM').fill('fast')
    await page.locator(`.row[data-id="${other.id}"]`).click()
    await until('the details are of the other', async () => (await name.innerText()) === other.name)
    assert.equal(await notes.inputValue(), '')
    assert.notEqual(await field('BPM').inputValue(), 'fast')
    await until('the address names the other', () => page.evaluate(id => location.hash.includes(id), other.id))
    await notes.fill('of the other')
    await page.evaluate(id => {
      location.hash = `#q=bell&at=${id}`
    }, one.id)
    await until('the other has its notes', () => shownAs(other.id).notes === 'of the other')
    await until(
      'the details are of the first',
      async () => (await name.innerText()) === one.name && (await notes.inputValue()) === 'meanwhile',
    )
    assert.equal(shownAs(one.id).notes, 'meanwhile')
    return page
  },

  async fields_of_the_sound_page_show_what_the_engine_has(browser) {
    loophole('pattern', process.env.PATTERN)
    loophole('pattern', 'save', '5')
    const page = await open(browser, '#mode=kit&desk=slots')
    const slots = page.locator('section[aria-label="Pattern slots"]'),
      field = slots.getByLabel('Name of slot 5')
    const had = await until('the slot has a name', () => field.inputValue())
    const rename = (slot, to) => asked('project.change_slot', 'project=', 'verb=rename', `slot=${slot}`, `to=${to}`)
    await field.focus()
    await page.keyboard.press('End')
    await page.keyboard.type(' two')
    rename(5, 'Of the shell')
    loophole('pattern', 'save', '9')
    await slots.locator('[data-slot="9"]').waitFor()
    await page.keyboard.type('!')
    assert.equal(await field.inputValue(), `${had} two!`)
    await field.press('Enter')
    await until('the engine has what was typed', () =>
      asked('project.list_patterns', 'project=').slots.some(one => one.name === `${had} two!`),
    )
    const tempo = page.getByRole('group', { name: 'Transport' }).getByLabel('Tempo'),
      gain = page.getByRole('group', { name: 'Pad 0' }).getByLabel('Gain, dB')
    const bpm = await tempo.inputValue()
    const takes = async (of, typed, shown) => {
      await of.fill(typed)
      await of.press('Enter')
      await until(`the field shows ${shown} after ${typed}`, async () => (await of.inputValue()) === shown)
    }
    await takes(field, '', `${had} two!`)
    await takes(tempo, '1000', bpm)
    await desk(page, 'Pad 0')
    await takes(gain, '500', '12')
    await takes(gain, '600', '12')
    await gain.fill('')
    await gain.press('Enter')
    for (const slot of [5, 9]) asked('project.change_slot', 'project=', 'verb=delete', `slot=${slot}`, 'to=')
    return page
  },

  async files_are_offered_for_the_item_that_they_were_looked_for(browser) {
    const folder = `${process.env.LOOPHOLE_HOME}/gone`
    mkdirSync(folder)
    copyFileSync(process.env.OTHER, `${folder}/gone1.wav`)
    copyFileSync(process.env.SOUND, `${folder}/gone2.flac`)
    loophole('index', folder, '--wait')
    const [one] = json('search', 'gone1'),
      [other] = json('search', 'gone2')
    copyFileSync(process.env.OTHER, `${folder}/twin.wav`)
    loophole('library', 'rescan', '--wait')
    for (const name of ['gone1.wav', 'gone2.flac']) unlinkSync(`${folder}/${name}`)
    loophole('library', 'rescan', '--wait')
    await until('both are missing', () => total('gone1 is:missing') === 1 && total('gone2 is:missing') === 1)
    const page = await open(browser, '#q=is:missing', hold_relinks)
    const name = page.locator('.details h2'),
      look = page.getByRole('button', { name: 'Look for its file' })
    await page.locator(`.row[data-id="${one.id}"]`).click()
    await until('the details are of the first', async () => (await name.innerText()) === one.name)
    await look.click()
    await until('its file is asked for', () => page.evaluate(() => globalThis.asked() > 0))
    await page.locator(`.row[data-id="${other.id}"]`).click()
    await until('the details are of the other', async () => (await name.innerText()) === other.name)
    await page.evaluate(() => globalThis.release())
    await until('the answer has come', () => page.evaluate(() => globalThis.answered))
    assert.equal(await page.locator('.relink li').count(), 0, 'no file for the other')
    assert(await look.isEnabled())
    await page.locator(`.row[data-id="${one.id}"]`).click()
    await until('the details are of the first again', async () => (await name.innerText()) === one.name)
    await look.click()
    await until('its file is asked for', () => page.evaluate(() => globalThis.asked() > 0))
    await page.evaluate(() => globalThis.release())
    await page.locator('.relink li .path', { hasText: 'twin.wav' }).waitFor()
    loophole('library', 'remove', folder)
    return page
  },

  async an_edit_that_changes_nothing_offers_no_undo(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    const [item] = json('search', 'bell')
    loophole('rate', item.id, '0') // another claim rates it
    await page.locator(`.row[data-id="${item.id}"]`).click()
    await page.locator('.details h2', { hasText: item.name }).waitFor()
    const before = steps()
    await page.keyboard.press('0')
    await page.locator('.remark').getByText('Clear rating of 1 item: nothing to change.').waitFor()
    const field = page.locator('.stated').getByLabel('Class', { exact: true })
    await field.fill('')
    await field.press('Enter')
    await page.locator('.remark').getByText('Clear class of 1 item: nothing to change.').waitFor()
    assert.equal(steps(), before, 'undo takes back what it would have before')
    return page
  },

  async an_edit_whose_answer_is_lost_is_repeated_under_its_id(browser) {
    const page = await open(browser, '#q=bell', lose_the_first_answer)
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    const before = steps()
    await page.keyboard.press('3')
    await page.locator('.remark', { hasText: '1 changed' }).waitFor()
    assert.equal(steps(), before + 1)
    await page.keyboard.press('Control+z')
    await page.locator('.remark', { hasText: 'Undone' }).waitFor()
    return page
  },

  async a_selection_is_made_as_in_every_list(browser) {
    const ids = listed('', 0, 6)
    const page = await open(browser)
    await showsTotal(page, '')
    const selects = async which =>
      until(
        `${which} are selected`,
        async () => JSON.stringify(await chosenIds(page)) === JSON.stringify(sorted(which.map(at => ids[at]))),
      )
    await row(page, 1).click()
    for (const at of [2, 3, 4, 5]) await row(page, at).click({ modifiers: ['Control'] })
    await selects([1, 2, 3, 4, 5])
    await page.getByRole('button', { name: '5 selected' }).click()
    await selects([])
    await row(page, 0).click()
    for (const key of ['x', 'ArrowDown', 'ArrowDown', 'x']) await page.keyboard.press(key)
    await selects([0, 2])
    await page.keyboard.press('Escape')
    await selects([])
    await row(page, 0).click()
    await page.keyboard.press('Shift+ArrowDown')
    await selects([0, 1])
    await page.keyboard.press('ArrowDown')
    await selects([])
    for (const key of ['x', 'x', 'Shift+ArrowDown', 'ArrowDown']) await page.keyboard.press(key)
    await selects([])
    await row(page, 2).click()
    await page.keyboard.press('x')
    await selects([2])
    await page.locator('#query').fill('bell')
    await showsTotal(page, 'bell')
    await until('a new query ends the selection', async () => (await page.locator('.chip.selection').count()) === 0)
    return page
  },

  async keys_of_the_list_work_after_a_click_on_a_control(browser) {
    const item = json('search', 'lengthy')[0]
    const stated = () => asked('search.get', `id=${item.id}`).item.media
    const page = await open(browser, '#q=lengthy')
    await showsTotal(page, 'lengthy')
    await page.getByLabel('Loop', { exact: true }).check() // else it may end before Space
    const after = {
      'a button': () => page.getByRole('button', { name: 'Metronome' }),
      'a checkbox': () => page.getByLabel('In tempo and key'),
      'a slider': () => page.getByLabel('Volume'),
      'a summary': () => page.locator('.table .choice summary'),
    }
    for (const [what, control] of Object.entries(after)) {
      await row(page, 0).click()
      await page.locator(`[data-sounding="${item.id}"]`).waitFor({ state: 'attached' })
      await control().click()
      await page.keyboard.press('f')
      await until(`${what}: f marks the item`, () => stated().favourite)
      await page.locator('.row.at .mark', { hasText: '♥' }).waitFor()
      await page.keyboard.press('f')
      await until(`${what}: f takes that back`, () => !stated().favourite)
      await page.locator('.row.at .mark', { hasText: '♥' }).waitFor({ state: 'detached' })
      await page.keyboard.press('Space')
      await page.locator('[data-sounding=""]').waitFor({ state: 'attached' })
      await control().click()
    }
    await page.locator('#addtag').fill('slow')
    await page.keyboard.press('Enter')
    await until('the item has the tag', () => (stated().tags ?? []).includes('slow'))
    await page.keyboard.press('Control+z') // the keyboard is in the field, which is empty
    await until('the tag is taken back', () => !(stated().tags ?? []).includes('slow'))
    await page.getByRole('button', { name: 'Redo', exact: true }).click()
    await until('the tag is back', () => (stated().tags ?? []).includes('slow'))
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await until('the tag is taken back by the button', () => !(stated().tags ?? []).includes('slow'))
    await page.locator('.out summary').click()
    await page.locator('.out').getByText('Download', { exact: true }).focus()
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    assert.equal(download.suggestedFilename(), 'lengthy.wav')
    await page.locator('#query').focus()
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('#query').inputValue(), 'lengthy', 'Escape leaves the query')
    return page
  },

  async a_second_space_ends_a_preview_that_is_only_asked_for(browser) {
    const item = json('search', 'lengthy')[0]
    const page = await open(browser, '#q=lengthy', hold_asks)
    await showsTotal(page, 'lengthy')
    await row(page, 0).click()
    await page.locator(`[data-sounding="${item.id}"]`).waitFor({ state: 'attached' })
    await page.keyboard.press('Escape')
    await page.locator('[data-sounding=""]').waitFor({ state: 'attached' })
    const held = await page.evaluate(() => {
      globalThis.hold('streamer.preview')
      const press = () =>
        document.activeElement.dispatchEvent(
          new KeyboardEvent('keydown', { key: ' ', bubbles: true, cancelable: true }),
        )
      press()
      press()
      return globalThis.held()
    })
    assert.deepEqual(held, ['streamer.preview', 'streamer.preview_stop'])
    await page.evaluate(() => globalThis.release())
    await until('no preview sounds', () => !asked('streamer.voices').each?.some(one => one.group === 'preview'))
    assert.equal(await sounding(page), '')
    return page
  },

  async the_volume_changes_what_sounds_now(browser) {
    const item = json('search', 'lengthy')[0]
    const page = await open(browser, '#q=lengthy')
    await showsTotal(page, 'lengthy')
    await page.getByLabel('Loop', { exact: true }).check()
    await page.getByLabel('Volume').fill('1')
    await row(page, 0).click()
    const gain = () => asked('streamer.voices').each?.find(one => one.group === 'preview' && one.position > 0)?.gain
    await page.locator(`[data-sounding="${item.id}"]`).waitFor({ state: 'attached' })
    const loud = await until('it sounds', gain)
    for (const volume of ['0.5', '0', '0.1']) {
      await page.getByLabel('Volume').fill(volume)
      await until(`the volume is ${volume}`, () => {
        const now = gain()
        return now !== undefined && Math.abs(now - loud * Number(volume)) < 1e-4
      })
    }
    await page.getByLabel('Volume').fill('0')
    await row(page, 0).click() // a preview that begins silent has its loudness match when it gets louder
    await until('it begins again', () => gain() < 1e-4)
    await page.getByLabel('Volume').fill('1')
    await until('it is as loud as before', () => {
      const now = gain()
      return now !== undefined && Math.abs(now - loud) < 1e-4
    })
    await page.getByLabel('Volume').fill('0.8')
    await page.getByLabel('Loop', { exact: true }).uncheck()
    loophole('preview', 'stop')
    return page
  },

  async the_dock_says_why_nothing_is_heard(browser) {
    const page = await open(browser, '#q=lengthy')
    await showsTotal(page, 'lengthy')
    await page.getByLabel('Loop', { exact: true }).check()
    await row(page, 0).click()
    const says = text => page.locator('.dock .remark em', { hasText: text }).waitFor()
    const strip = (...set) => loophole('mixer', ...set)
    for (const [channel, shut, open, text] of [
      ['preview', 'mute=true', 'mute=false', 'the channel preview is muted'],
      ['master', 'gain=0', 'gain=1', 'the channel master has its gain at silence'],
      ['metronome', 'solo=true', 'solo=false', 'only metronome is heard'],
    ]) {
      strip(channel, shut)
      await says(text)
      strip(channel, open)
      await says(DUMMY)
    }
    await page.getByLabel('Volume').fill('0')
    await says('the volume is 0')
    await page.getByLabel('Volume').fill('0.8')
    await page.getByLabel('Loop', { exact: true }).uncheck()
    loophole('preview', 'stop')
    await page.locator('.dock .remark em').waitFor({ state: 'detached' })

    loophole('pattern', process.env.PATTERN)
    loophole('transport', 'start')
    await says(DUMMY)
    const { tracks } = asked('audio.pattern').pattern.sequencer
    tracks.forEach(one => loophole('pattern', 'rows', one.name, 'mute=on'))
    await says('every row of the pattern is muted')
    loophole('pattern', 'rows', tracks[0].name, 'mute=off')
    await says(DUMMY)
    strip('sequencer', 'mute=true')
    await says('the channel sequencer is muted')
    strip('sequencer', 'mute=false')
    loophole('transport', 'stop')
    await page.locator('.dock .remark em').waitFor({ state: 'detached' })

    const setPad = part => loophole('ask', 'audio.set_pads', `each=[{"pad":3${part}}]`)
    setPad(',"wave":"sine"')
    await mode(page, 'Kit')
    const hit = number => page.locator(`[data-pad="${number}"]`).click()
    const saysOfHit = text =>
      until(`the page says: ${text}`, async () => {
        // a hit plays for eight seconds
        await hit(3)
        return (await page.locator('.dock .remark').innerText()).includes(text)
      })
    await saysOfHit(DUMMY)
    strip('pads', 'mute=true')
    await saysOfHit('the channel pads is muted')
    strip('pads', 'mute=false')
    setPad(',"wave":"sine","gain":0')
    await saysOfHit('pad 3 has its gain at silence')
    setPad('')
    return page
  },

  async the_map_without_webgl_says_so(browser) {
    const page = await open(browser, '#mode=map', without_webgl)
    await page.locator('.map .note', { hasText: 'This browser has no WebGL2' }).waitFor()
    await page.locator('main.map[data-points]').waitFor()
    await page.locator('.map .note', { hasText: 'This browser has no WebGL2' }).waitFor()
    return page
  },

  async the_list_keeps_a_height_when_zoomed_and_on_a_telephone(browser) {
    let last
    for (const viewport of [
      { width: 640, height: 400 },
      { width: 400, height: 800 },
    ]) {
      await last?.context().close()
      last = await open(browser, '', undefined, { viewport })
      await showsTotal(last, '')
      await row(last, 0).scrollIntoViewIfNeeded()
      await last.locator('nav.places').getByRole('button', { name: 'Engine', exact: true }).waitFor()
      const { height, within } = await last
        .locator('main .rows')
        .evaluate(of => ({ height: of.clientHeight, within: document.documentElement.scrollWidth <= innerWidth }))
      assert(height >= 90 && within, `${viewport.width} × ${viewport.height}: rows of ${height} pixels, ${within}`)
    }
    await row(last, 0).click()
    const [named, volume] = await Promise.all(
      ['.dock .sounds .quiet', '.dock .volume'].map(of => last.locator(of).boundingBox()),
    )
    assert(
      named.y + named.height <= volume.y + 1,
      `the facts of the item end at ${named.y + named.height}, the volume begins at ${volume.y}`,
    )
    for (const name of ['Map', 'Folders', 'Project']) {
      await mode(last, name)
      await last
        .locator(
          {
            Map: '.map[data-points] .legend',
            Folders: 'section[aria-label=Folders] li',
            Project: 'section[aria-label=Projects] :is(.quiet, li)',
          }[name],
        )
        .first()
        .waitFor()
      assert.deepEqual(await last.evaluate(find_misplaced), [], name)
    }
    return last
  },

  async transport_and_dock_are_in_each_mode(browser) {
    const page = await open(browser, '#q=lengthy')
    await showsTotal(page, 'lengthy')
    await row(page, 0).click()
    const transport = page.getByRole('group', { name: 'Transport' })
    for (const name of [
      'Table',
      'Waveforms',
      'Map',
      'Hypergrid',
      'Folders',
      'Duplicates',
      'Project',
      'Kit',
      'Mix',
      'Record',
      'Loops',
      'Engine',
    ]) {
      await mode(page, name)
      await transport.getByRole('button', { name: 'Start' }).click()
      await until(`${name}: the transport runs`, () => asked('audio.transport').running)
      await transport.getByRole('button', { name: 'Stop' }).click()
      await until(`${name}: the transport stands`, () => !asked('audio.transport').running)
      await page.locator('.dock .sounds', { hasText: 'lengthy' }).waitFor()
    }
    loophole('preview', 'stop')
    return page
  },

  async the_colours_that_a_person_chose_stay(browser) {
    const page = await open(browser)
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const choose = async name => {
      await page.keyboard.press('Control+k')
      await page.locator('dialog[open] input').fill(`colours: ${name}`)
      await page.keyboard.press('Enter')
    }
    const seen = {}
    for (const name of ['dark', 'light']) {
      await choose(name)
      await page.locator(`html[data-theme="${name}"]`).waitFor()
      seen[name] = await back()
      await reload(page)
      await page.locator(`html[data-theme="${name}"]`).waitFor()
      assert.equal(await back(), seen[name], name)
    }
    assert.notEqual(seen.dark, seen.light)
    await choose('system')
    return page
  },
}
