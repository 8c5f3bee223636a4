import type { Panel } from '../../artefacts/index.js';

/** What people call the instruments of runtimes and machines. Names: semantic conventions, "Runtime" and "System". */
const TITLES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'nodejs.eventloop.delay.min': 'Event loop delay, least',
    'nodejs.eventloop.delay.max': 'Event loop delay, most',
    'nodejs.eventloop.delay.mean': 'Event loop delay, mean',
    'nodejs.eventloop.delay.stddev': 'Event loop delay, standard deviation',
    'nodejs.eventloop.delay.p50': 'Event loop delay, P50',
    'nodejs.eventloop.delay.p90': 'Event loop delay, P90',
    'nodejs.eventloop.delay.p99': 'Event loop delay, P99',
    'nodejs.eventloop.utilization': 'Event loop utilization',
    'nodejs.eventloop.time': 'Event loop time',
    'v8js.gc.duration': 'Garbage collection',
    'v8js.memory.heap.space.size': 'Heap size',
    'v8js.memory.heap.used': 'Heap used',
    'v8js.memory.heap.space.available_size': 'Heap available',
    'v8js.memory.heap.space.physical_size': 'Heap in physical memory',
    'process.cpu.time': 'CPU time',
    'process.cpu.utilization': 'CPU utilization',
    'process.memory.usage': 'Memory',
    'process.memory.virtual': 'Virtual memory',
    'process.thread.count': 'Threads',
    'process.uptime': 'Uptime',
    'jvm.memory.used': 'JVM memory used',
    'jvm.memory.committed': 'JVM memory committed',
    'jvm.memory.limit': 'JVM memory limit',
    'jvm.gc.duration': 'JVM garbage collection',
    'jvm.thread.count': 'JVM threads',
    'jvm.class.count': 'JVM classes',
    'jvm.cpu.time': 'JVM CPU time',
    'jvm.cpu.recent_utilization': 'JVM CPU utilization',
    'process.runtime.cpython.memory': 'Python memory',
    'process.runtime.cpython.cpu_time': 'Python CPU time',
    'process.runtime.cpython.cpu.utilization': 'Python CPU utilization',
    'process.runtime.cpython.thread_count': 'Python threads',
    'go.memory.used': 'Go memory used',
    'go.memory.limit': 'Go memory limit',
    'go.memory.allocated': 'Go memory allocated',
    'go.memory.allocations': 'Go allocations',
    'go.memory.gc.goal': 'Go heap goal',
    'go.goroutine.count': 'Goroutines',
    'go.processor.limit': 'Go processors',
    'go.schedule.duration': 'Goroutine scheduling',
    'system.cpu.utilization': 'CPU utilization of the machine',
    'system.memory.usage': 'Memory of the machine',
    'system.memory.utilization': 'Memory utilization of the machine',
  }),
);

/**
 * The title of a panel, with what people call its instrument in the place of the name. A name that is nobody's
 * convention stays: those who gave it know it by that.
 */
export function titleOf({ title, asked: [first] }: Panel): string {
  const question = first?.question;
  if (question === undefined || !('instrument' in question)) return title;
  const { name } = question.instrument;
  const known = TITLES.get(name);
  const rest = title.slice(name.length);
  return known !== undefined && title.startsWith(name) && /^([: ]|$)/.test(rest)
    ? `${known}${rest}`
    : title;
}
