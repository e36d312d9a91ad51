// The engine: services, tasks, libraries, and the panels of care and latency. Live over events, and asked again each
// second.
import type { service_line, service_status, task } from 'loophole'
import { useEffect } from 'preact/hooks'
import { Deaths, Doctor, Logs } from './care'
import { Community } from './community'
import { TableHead } from '../base/tablehead'
import { usePolled } from '../connection/polled'
import { bytesText, clean, idText, num, pathText } from '../base/format'
import { ASKED, Latency, type Asked } from './latency'
import { complain, say } from '../base/state'
import { Team } from './team'
import { ask, link, listen } from '../connection/wire'
import { useCell } from '../base/cell'

const uptime = (s: number) =>
  s < 120 ? `${s.toFixed(0)} s` : s < 7200 ? `${(s / 60).toFixed(0)} min` : `${(s / 3600).toFixed(1)} h`

function Services({ lines, again, away }: { lines: service_line[]; again: () => void; away: boolean }) {
  const state = useCell(link)
  const restart = (service: string) =>
    ask('supervisor.restart', { service }, 20000)
      .then(() => say(`${service} is restarted.`), complain)
      .then(again)
  return (
    <section aria-label="Services" class="services" tabIndex={0}>
      <h2>Services{away && <span class="quiet"> · the supervisor is away ({state}); this page asks again</span>}</h2>
      <table class="plain">
        <thead>
          <tr>
            <th>Service</th>
            <th>State</th>
            <th>Process</th>
            <th>Up</th>
            <th title="Restarts since the engine came up">Restarts</th>
            <th>Last death</th>
            <th>
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(line => (
            <tr key={line.service} data-service={line.service}>
              <td>{line.service}</td>
              <td class={`state ${line.state}`}>
                {line.state}
                {line.work ? `: ${line.work}` : ''}
              </td>
              <td>{num(line.pid) || '–'}</td>
              <td>{uptime(line.uptime_s)}</td>
              <td>{num(line.restarts)}</td>
              <td title={line.last_death}>{line.last_death || 'none'}</td>
              <td>
                <button onClick={() => restart(line.service)}>Restart</button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

async function statuses(): Promise<service_status[]> {
  const got = await Promise.all(ASKED.map(name => ask(`${name}.status`, {}, 2000).catch(() => undefined)))
  return got.filter(one => one !== undefined)
}

const countOf = (of: task, count: number) => (of.in_bytes ? bytesText(count) : `${count}`)

function Tasks() {
  const [all, again] = usePolled(statuses, 1000)
  const tasks = (all ?? []).flatMap(of => (of.tasks ?? []).map(task => ({ service: of.service as Asked, task })))
  const alarms = (all ?? []).filter(of => of.alarm)
  const cancel = (service: Asked, id: Uint8Array) =>
    ask(`${service}.cancel`, { task: id }, 5000)
      .then(() => say('Cancelled.'), complain)
      .then(again)
  return (
    <section aria-label="Tasks" tabIndex={0}>
      <h2>Tasks</h2>
      {!tasks.length && <p class="quiet">No task is under way.</p>}
      {tasks.map(({ service, task }) => (
        <p key={idText(task.id)} class="task">
          <span>{clean(task.label)}</span>
          <progress
            aria-label={clean(task.label)}
            max={num(task.total) || 1}
            value={num(task.total) ? num(task.done) : undefined}
          />
          <span>
            {countOf(task, num(task.done))} of {num(task.total) ? countOf(task, num(task.total)) : '?'}
            {num(task.failed) ? `, ${num(task.failed)} failed` : ''}
          </span>
          {task.can_cancel && <button onClick={() => cancel(service, task.id)}>Cancel</button>}
        </p>
      ))}
      {alarms.map(of => (
        <p key={of.service} class="notice">
          {of.service}: {clean(of.alarm)}
        </p>
      ))}
    </section>
  )
}

function Libraries() {
  const [got, again] = usePolled(() => ask('indexer.libraries', {}, 3000), 3000)
  const rescan = (path: Uint8Array, accept_missing = false) =>
    ask('indexer.rescan', { path, accept_missing }, 10000)
      .then(() => say('The scan has begun.'), complain)
      .then(again)
  return (
    <section aria-label="Libraries" tabIndex={0}>
      <h2>Libraries</h2>
      <table class="plain">
        <TableHead of={['Folder', 'Items', 'State']} />
        <tbody>
          {(got?.each ?? []).map(one => (
            <tr key={idText(one.id)}>
              <td class="path">{pathText(one.path)}</td>
              <td>{num(one.files)}</td>
              <td>{one.online ? 'here' : 'offline'}</td>
              <td>
                <button onClick={() => rescan(one.path)}>Scan</button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {(got?.asks ?? []).map(one => (
        <p key={idText(one.library)} class="notice">
          Files of {pathText(one.path)} that were not found: {num(one.missing)} of {num(one.of)}.{' '}
          <button onClick={() => rescan(one.path, true)}>Mark them as missing</button>
        </p>
      ))}
    </section>
  )
}

/** Each panel has a fixed size and scrolls, so that nothing moves when one fills. */
export function Engine() {
  const [lines, again, away] = usePolled(() => ask('supervisor.services', {}, 2000), 1000)
  useEffect(
    () =>
      listen('supervisor.died', body => {
        say(`${body.line.service} died: ${body.line.last_death}`)
        again()
      }),
    [],
  )
  return (
    <main class="panels engine" tabIndex={-1}>
      <h1 class="unseen">Engine</h1>
      {location.protocol === 'https:' && (
        <p class="notice wide">
          This page came from another machine: services, community, team, logs, deaths and doctor are shown on the
          engine's own machine only.
        </p>
      )}
      <Services lines={lines?.each ?? []} again={again} away={away} />
      <Tasks />
      <Libraries />
      <Doctor />
      <Community />
      <Team />
      <Latency />
      <Deaths />
      <Logs services={(lines?.each ?? []).map(line => line.service)} />
    </main>
  )
}
