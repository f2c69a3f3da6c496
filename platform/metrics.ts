import type { Bus } from '#platform/bus/bus.ts'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/**
 * What the program counts about itself, for Prometheus. One registry per running platform, none global.
 *
 * Node's own numbers are in it, among them the event loop's delay (`nodejs_eventloop_lag_p99_seconds`).
 */
export function createMetrics(parts: { readonly isDatabaseUp?: () => boolean } = {}) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 10 })
  const registers = [registry]
  new Gauge({
    name: 'gengfu_database_up',
    help: '1 while the database answers',
    registers,
    collect() {
      this.set(parts.isDatabaseUp?.() ? 1 : 0)
    },
  })
  return {
    registry,
    /** Whether other nodes are heard, and how many there are. */
    watchBus(bus: Pick<Bus, 'isConnected' | 'nodes'>) {
      new Gauge({ name: 'gengfu_bus_connected', help: '1 while what other nodes tell is heard', registers, collect() { this.set(bus.isConnected() ? 1 : 0) } })
      new Gauge({ name: 'gengfu_nodes', help: 'Nodes of this house that were heard lately, with this one', registers, collect() { this.set(bus.nodes() + 1) } })
    },
    /** Whether most devices are ahead of this machine's clock. */
    watchClock(isDoubted: () => boolean) {
      new Gauge({ name: 'gengfu_clock_doubted', help: '1 while most devices are more than 60 s ahead of the clock of this machine', registers, collect() { this.set(isDoubted() ? 1 : 0) } })
    },
    /** Commands by what became of them: accepted, repeated, refused, failed. */
    commands: new Counter({ name: 'gengfu_commands_total', help: 'Commands by outcome', labelNames: ['outcome'], registers }),
    commandSeconds: new Histogram({
      name: 'gengfu_command_seconds',
      help: 'Seconds from a command to its durable answer',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    journalPosition: new Gauge({ name: 'gengfu_journal_position', help: 'Position up to which listeners have heard the journal', registers }),
    positions: new Counter({ name: 'gengfu_positions_total', help: 'Positions received, by what became of them', labelNames: ['result'], registers }),
    positionsStopped: new Counter({ name: 'gengfu_positions_stopped_total', help: 'Positions by the step of their way in that stopped them, or that they were spared', labelNames: ['step'], registers }),
    jobs: new Counter({ name: 'gengfu_jobs_total', help: 'Background jobs by name and result', labelNames: ['name', 'result'], registers }),
  }
}
