// regions.mjs: claims of project_test.py about the regions of clips.
import { strict as assert } from 'node:assert'
import { check_axe, enterFromAfar, hold_asks, json, loophole, mode, open, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const panel = page => page.locator('section[aria-label=Regions]')
const list = clip => asked('project.region_list', `clip=${clip}`).each
const spans = clip =>
  list(clip)
    .map(one => `${one.digit}:${one.start}-${one.end}`)
    .join(' ')
const is_focused = of => of.evaluate(one => one === document.activeElement)

function add_clip(name) {
  const { id } = json('show', `${process.env.MUSIC}/count.wav`)[0]
  asked('project.put', 'kind=clip', `body=${JSON.stringify({ name, item: id })}`)
}

async function pull(page, from, to) {
  const wave = panel(page).locator('.wavebox')
  await wave.scrollIntoViewIfNeeded()
  const box = await wave.boundingBox()
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * from, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * to, y, { steps: 3 })
  await page.mouse.up()
}

/** The panel of a clip, with the keyboard in it. */
async function reach(browser, name, before = undefined) {
  const page = await open(browser, '', before)
  await mode(page, 'Project')
  await page.getByRole('button', { name: `Regions of ${name}`, exact: true }).press('Enter')
  await panel(page).locator('.wavebox').waitFor()
  await until('the keyboard is in the panel', () => is_focused(panel(page)))
  return page
}

export const regions = {
  async space_saves_the_selected_part_and_digits_play_lock_and_delete_it(browser) {
    loophole('project', 'new', 'Regions')
    add_clip('Verse')
    const page = await reach(browser, 'Verse')
    const frames = json('show', `${process.env.MUSIC}/count.wav`)[0].frames ?? 30 * 48000
    await page.keyboard.press(' ')
    await until(
      'Space without a selection plays',
      async () => (await page.locator('[data-sounding]').getAttribute('data-sounding')) !== '',
    )
    await page.keyboard.press(' ')
    await until('and stops', async () => (await page.locator('[data-sounding]').getAttribute('data-sounding')) === '')
    assert.equal(list('Verse').length, 0)
    await pull(page, 0.1, 0.2)
    await page.keyboard.press(' ')
    await until('it is a region', () => list('Verse').length === 1)
    await panel(page).locator('[data-digit="1"]').waitFor() // the page knows it too: Space saves on the next key then
    const [first] = list('Verse')
    assert.equal(first.digit, 1)
    assert(
      Math.abs(first.start / frames - 0.1) < 0.01 && Math.abs(first.end / frames - 0.2) < 0.01,
      JSON.stringify(first),
    )
    await pull(page, 0.4, 0.6)
    await page.keyboard.press(' ')
    await until('the next key has the next', () => list('Verse').length === 2)
    await panel(page).locator('[data-digit="2"]').waitFor()
    await page.keyboard.press('Control+2')
    await until('it is locked', () => list('Verse')[1].locked)
    await page.keyboard.down('Backspace')
    await page.keyboard.press('2')
    await page.keyboard.press('1')
    await page.keyboard.up('Backspace')
    await until(
      'what is not locked is deleted',
      () =>
        list('Verse')
          .map(one => one.digit)
          .join() === '2',
    )
    await until('the page has the other', async () => (await panel(page).locator('[data-digit]').count()) === 1)
    await page.keyboard.press('Control+z')
    await until('undo brings it back', () => list('Verse').length === 2)
    await page.keyboard.press('Escape')
    await until(
      'the preview ends',
      async () => (await page.locator('[data-sounding]').getAttribute('data-sounding')) === '',
    )
    const level = async () =>
      Number(await page.getByRole('meter', { name: 'Level of the master' }).getAttribute('aria-valuenow'))
    await until('the meter shows silence', async () => (await level()) === -60)
    await until('the key is heard', async () => {
      await page.keyboard.press('2')
      return (await level()) > -60
    })
    await until('its keys are armed', async () => (await panel(page).innerText()).includes('Its keys are armed.'))
    const on_pads = () =>
      asked('audio.pads')
        .each.filter(one => one.sound !== undefined)
        .map(one => one.pad)
        .join()
    await panel(page).getByLabel('Its regions on').selectOption('54')
    await until('its regions are on the pads', () => on_pads() === '54,55')
    await panel(page).getByLabel('Its regions on').selectOption('')
    await until('they are on no pads', () => on_pads() === '')
    await check_axe(page)
    return page
  },

  async a_volume_leaves_the_part_that_another_page_gave_the_region(browser) {
    loophole('project', 'new', 'Volume')
    add_clip('Verse')
    loophole('region', 'save', 'Verse', '3', '100', '200')
    const page = await reach(browser, 'Verse', hold_asks)
    const slider = panel(page).getByRole('slider', { name: 'Volume of region 3' })
    await slider.focus()
    await page.evaluate(() => hold('project.show'))
    loophole('region', 'save', 'Verse', '3', '300', '400')
    await until('the page does not learn that', () => page.evaluate(() => held().includes('project.show')))
    await page.keyboard.press('Home')
    await until('the engine has the volume', () => list('Verse')[0].volume === 0)
    assert.equal(spans('Verse'), '3:300-400')
    await page.evaluate(() => release())
    await panel(page).locator('[data-digit="3"] output', { hasText: '-∞' }).waitFor()
    return page
  },

  async a_region_is_typed_and_a_page_of_another_machine_plays_it(browser) {
    loophole('project', 'new', 'Typed')
    add_clip('Verse')
    add_clip('Chorus')
    const page = await reach(browser, 'Chorus')
    const of = panel(page)
    await of.getByLabel('Selection from, seconds').fill('1.5')
    await of.getByLabel('Selection from, seconds').press('Enter')
    await of.getByLabel('Selection to, seconds').fill('2.25')
    await of.getByLabel('Selection to, seconds').press('Enter')
    await of.getByLabel('on key').selectOption('7')
    await of.getByRole('button', { name: 'Save the region' }).press('Enter')
    await until('it is saved to the frame', () => spans('Chorus') === '7:72000-108000')
    assert.equal(list('Verse').length, 0)
    await of.getByLabel('Clip').selectOption('Verse')
    await until('the other clip has none', async () => (await of.locator('[data-digit]').count()) === 0)
    const far = await open(browser, '#mode=kit', hold_asks, { ignoreHTTPSErrors: true }, enterFromAfar)
    await far.getByRole('button', { name: '8 × 8' }).click()
    for (let looks = 0; looks < 2; looks++) {
      await far.evaluate(() => hold('project.kits'))
      await until('the page looks at the kits', () => far.evaluate(() => held().length > 0))
      await far.evaluate(() => release())
    }
    assert.equal(
      await far.getByRole('button', { name: '8 × 8', pressed: true }).count(),
      1,
      'it keeps its own choice of pads',
    )
    await far.evaluate(() => hold('audio.'))
    await mode(far, 'Mix')
    await until('the page asks for the mixer', () => far.evaluate(() => held().includes('audio.inserts')))
    assert(
      !(await far.evaluate(() => held())).includes('audio.foreign_ports'),
      'it asks for no ports: it would be denied',
    )
    await far.evaluate(() => release())
    const insert = far.getByRole('group', { name: 'Insert of pads' })
    await insert.locator('output', { hasText: /^none$/ }).waitFor({ state: 'attached' })
    assert(await insert.getByRole('combobox').isDisabled(), 'it sets no insert')
    await mode(far, 'Loops')
    await panel(far).getByLabel('Clip').selectOption('Chorus')
    await panel(far).getByRole('button', { name: 'Play region 7' }).click()
    await until('its keys are armed', async () => (await panel(far).innerText()).includes('Its keys are armed.'))
    await panel(far).getByRole('button', { name: 'Delete region 7' }).click()
    await until('it is deleted', () => list('Chorus').length === 0)
    const told = text => far.locator('.remark:not(.bad)', { hasText: text }).waitFor()
    await told('The region of key 7 is deleted. Only the studio can undo this.')
    asked('project.put', 'kind=loop', `body=${JSON.stringify({ fkey: 1073741886, duration: 1 })}`)
    await far.getByRole('button', { name: 'Delete F5', exact: true }).click()
    await told('F5 is deleted. “Undo on F5” brings it back.')
    await far.getByRole('button', { name: 'Undo on F5', exact: true }).click()
    await until('it does', () => json('loop', 'show', 'F5')[0].duration === 1)
    return page
  },
}
