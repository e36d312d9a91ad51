// teams.mjs: a claim of composer_team_test.py about the panels of the team.
import { execFileSync } from 'node:child_process'
import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { check_axe, json, loophole, open, status, until } from './browser.mjs'

const panelOf = page => page.getByRole('region', { name: 'Team', exact: true })
const pressIn = (panel, name) => panel.getByRole('button', { name, exact: true }).click()

/** A restored engine goes on as the member that it was, and leaves. */
async function leaves(page, state, there) {
  const panel = panelOf(page)
  await pressIn(panel, 'Go on as desk')
  await until('the restored engine is the member that it was', () => !state().elsewhere)
  for (const name of ['Leave the team…', 'Stay', 'Leave the team…']) await pressIn(panel, name)
  await panel.getByLabel('Also remove from the server what this engine said').check()
  await pressIn(panel, 'Leave Studio')
  await panel.getByRole('button', { name: 'Join' }).waitFor()
  await until(
    'it is no member',
    () =>
      JSON.parse(there('composer', 'team', 'show', '--json'))
        .members.map(one => one.name)
        .join() === 'laptop',
  )
  return page
}

export const teams = {
  async a_team_is_made_on_the_page_which_shows_who_gave_what(browser) {
    const { BACKUP, CABLE, OTHER, SOUND, SOUND_THERE } = process.env
    const there = (...args) =>
      execFileSync('loophole', args, { encoding: 'utf8', env: { ...process.env, LOOPHOLE_HOME: OTHER } })
    const page = await open(browser, '#mode=engine', undefined, { permissions: ['clipboard-read', 'clipboard-write'] })
    const panel = panelOf(page),
      said = page.getByRole('region', { name: 'Said by the team' })
    const press = name => pressIn(panel, name)
    await panel.getByLabel('Name of this engine for the others').fill('desk')
    await panel.getByLabel('Name of the team').fill('Studio')
    await press('Make a team')
    await panel.locator('li', { hasText: 'desk (this engine)' }).waitFor()
    await panel.getByLabel('Engines', { exact: true }).fill('2')
    await press('Make a code')
    await panel.locator('text=2 engines may join by it within 24 hours').waitFor()
    await press('Copy the code')
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    const code = await until('the code is on the clipboard', copied)
    assert.equal(await panel.locator('code').innerText(), code)
    there('composer', 'team', 'join', code, '--name', 'laptop')
    await press('Revoke all codes')
    await panel.locator('code').waitFor({ state: 'detached' })
    await panel.locator('li', { hasText: 'laptop' }).waitFor()

    const rating = () =>
      JSON.parse(loophole('ask', 'search.get', `id=${json('show', SOUND)[0].id}`)).item.facts.find(
        one => one.attribute === 'rating' && one.source === 'user',
      )?.number
    there('edit', SOUND_THERE, 'rating=4')
    const row = said.locator('tbody tr', { hasText: 'rating' })
    await until('the rating is shown with its giver', async () =>
      /sound0\s+rating\s+4 \(laptop, /.test((await row.allInnerTexts()).join()),
    )
    await until('it holds here', () => rating() === 4)
    loophole('edit', SOUND, 'rating=2')
    await until('what was overruled is shown with its giver', async () =>
      /rating\s+2 \(desk, .*\)\s+4 \(laptop, /s.test((await row.allInnerTexts()).join()),
    )
    there('tag', SOUND_THERE, '+warm')
    const tag = said.locator('tbody tr', { hasText: 'tag warm' })
    await tag.waitFor()
    assert((await said.locator('tbody tr').first().innerText()).includes('tag warm'), 'the newest is the first')
    await said.getByLabel('Only where values differ').check()
    await tag.waitFor({ state: 'detached' })
    await check_axe(page)
    await row.getByRole('button', { name: 'Take this value' }).click()
    await until('the value that was taken holds', () => rating() === 4)
    await row.waitFor({ state: 'detached' }) // both say the same now
    await said.getByLabel('Only where values differ').uncheck()
    await until('it is a statement of this engine', async () =>
      /rating\s+4 \(desk, /.test((await row.allInnerTexts()).join()),
    )
    there('edit', SOUND_THERE, 'rating=5')
    await row.getByRole('button', { name: 'Keep mine' }).click()
    await until(
      'its own value holds again',
      async () => rating() === 4 && /rating\s+4 \(desk, .*\)\s+5 \(laptop, /s.test((await row.allInnerTexts()).join()),
    )

    const state = () => JSON.parse(loophole('ask', 'composer.team'))
    await until('all is at the server', () => state().waiting === 0)
    const socket = readlinkSync(CABLE)
    unlinkSync(CABLE)
    await until('an error is shown as the engine says it', async () => {
      const { error } = state()
      return error && (await panel.locator('.notice').allTextContents()).includes(error.replace(/\p{Cc}/gu, '\ufffd'))
    })
    symlinkSync(socket, CABLE)
    assert.deepEqual(page.errors, [])
    await page.context().close() // the next gateway may have another port
    for (const words of [['backup', BACKUP], ['down'], ['restore', BACKUP], ['up']]) loophole(...words)
    await until('the gateway is ready', () => status('web')?.state === 'ready')
    return leaves(await open(browser, '#mode=engine'), state, there)
  },
}
