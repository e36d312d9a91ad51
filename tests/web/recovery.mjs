// recovery.mjs: claims of project_test.py about the recovery of projects that differ from their save.
import { strict as assert } from 'node:assert'
import { check_axe, kill, loophole, mode, open, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const offered = name => asked('project.recoveries').each.find(one => one.name === name)
const dialog = page => page.locator('dialog.recovery[open]')
const section = (page, name) => dialog(page).locator(`section[data-project="${name}"]`)
const tracks = name =>
  asked('project.show', `project=${name}`)
    .each.filter(one => one.kind === 'track')
    .map(one => JSON.parse(one.body).name)
    .sort()
    .join()

const put = (name, track) =>
  asked('project.put', `project=${name}`, 'kind=track', `body=${JSON.stringify({ name: track })}`)

/** Adds a track to the open project, and autosaves it. */
function add(name, track) {
  put(name, track)
  const { name: saved, autosave, trouble } = asked('project.checkpoint')
  assert(saved === name && autosave, trouble)
}

export const recovery = {
  async a_draft_is_offered_after_a_death_and_changes_nothing_without_a_choice(browser) {
    loophole('project', 'new', 'Draft')
    put('Draft', 'Drums')
    loophole('project', 'save')
    add('Draft', 'Bass')
    const page = await open(browser)
    assert.equal(offered('Draft'), undefined, 'nothing is offered of what a person does now')
    assert.equal(await dialog(page).count(), 0)
    await kill('project')
    await section(page, 'Draft').waitFor()
    const offer = offered('Draft')
    const text = await section(page, 'Draft').innerText()
    assert(
      text.includes(offer.prompt) &&
        text.includes('1 track added: Bass') &&
        text.includes('save 1') &&
        text.includes('Undo brings it back') &&
        /UTC, here .*\d/.test(text),
      text,
    )
    await check_axe(page)
    await page.keyboard.press('Enter')
    await page.keyboard.press(' ')
    assert.equal(await dialog(page).count(), 1, 'a key that was under way chooses nothing')
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    assert.deepEqual(offered('Draft'), offer, 'Escape means later')
    await mode(page, 'Project')
    await page
      .locator('section[aria-label=Projects] .notice', { hasText: offer.prompt })
      .getByRole('button', { name: 'Look…' })
      .click()
    await section(page, 'Draft').getByRole('button', { name: 'Go back to the save' }).click()
    await until('the project is its save', () => tracks('Draft') === 'Drums')
    await section(page, 'Draft').waitFor({ state: 'detached' })
    assert.equal(offered('Draft'), undefined)
    loophole('project', 'undo')
    assert.equal(tracks('Draft'), 'Bass,Drums')
    return page
  },

  async a_new_page_offers_drafts_and_keeps_both_by_the_keyboard(browser) {
    loophole('project', 'new', 'Both')
    put('Both', 'Drums')
    loophole('project', 'save')
    add('Both', 'Pads')
    await kill('project')
    const page = await open(browser, '', undefined, { colorScheme: 'dark' })
    await section(page, 'Both').waitFor()
    await check_axe(page)
    const both = section(page, 'Both').getByRole('button', { name: 'Keep both' })
    await until('Tab leads to the button', async () => {
      await page.keyboard.press('Tab')
      return both.evaluate(of => of === document.activeElement)
    })
    await page.keyboard.press('Enter')
    await until('the draft is the newest save', () =>
      asked('project.saves', 'project=Both').each.some(one => one.name?.startsWith('autosaved ')),
    )
    await section(page, 'Both').waitFor({ state: 'detached' })
    assert.equal(tracks('Both'), 'Drums,Pads')
    if (await dialog(page).count()) await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await mode(page, 'Kit')
    add('Both', 'Voice')
    await kill('project')
    await until('it is offered', () => offered('Both') !== undefined)
    await mode(page, 'Table') // the dialogue takes no key in the mode Kit
    await section(page, 'Both').getByRole('button', { name: 'Keep the draft' }).click()
    await until('it is answered', () => offered('Both') === undefined)
    assert.equal(tracks('Both'), 'Drums,Pads,Voice')
    return page
  },
}
