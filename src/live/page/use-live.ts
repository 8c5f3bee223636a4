import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { writeAsking } from '../asking.js';
import type { Answer, Level } from '../protocol.js';
import { atView, type Place, readPlace, writePlace } from './address.js';
import { ask, type Connection, connect } from './connection.js';
import type { Page } from './page-context.js';
import { reuse } from './reuse.js';

const HEALTH_MILLIS = 5_000;
const SAID_MILLIS = 4_000;

export interface LiveState {
  readonly place: Place;
  readonly answer: Answer | undefined;
  readonly connection: Connection;
  /** Of the overview, whatever is looked at. */
  readonly level: Level | undefined;
  /** What was told last, for as long as it is shown. */
  readonly said: string;
  readonly page: Page;
}

/** Where one is, what the server answers to it, and how one goes elsewhere. */
export function useLive(): LiveState {
  const [place, setPlace] = useState(() => readPlace(location.search));
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const [said, setSaid] = useState('');
  const current = useRef(place);
  current.current = place;
  const latest = useRef(answer);
  latest.current = answer;

  const page = useMemo<Page>(() => {
    const move = (how: 'pushState' | 'replaceState', next: Place): void => {
      const address = writePlace(next);
      if (address === `${location.pathname}${location.search}`) return;
      const isElsewhere = next.asking.view !== current.current.asking.view;
      history[how](null, '', address);
      current.current = next;
      setPlace(next);
      if (isElsewhere) scrollTo(0, 0);
    };
    const go = (next: Place): void => move('pushState', next);
    let timer: ReturnType<typeof setTimeout> | undefined;
    return {
      place: () => current.current,
      now: () => latest.current?.to ?? Date.now(),
      go,
      replace: (next) => move('replaceState', next),
      ask: (change) => go({ ...current.current, asking: { ...current.current.asking, ...change } }),
      say: (text) => {
        clearTimeout(timer);
        setSaid(text);
        timer = setTimeout(() => setSaid(''), SAID_MILLIS);
      },
    };
  }, []);

  useEffect(() => {
    const onBack = () => setPlace(readPlace(location.search));
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);

  const query = writeAsking(place.asking).toString();
  useEffect(
    () =>
      connect(place.asking, {
        onAnswer: (next) => setAnswer((before) => reuse(before, next)),
        onConnection: (next) => setConnection((before) => reuse(before, next)),
      }),
    [query],
  );

  const level = useLevel(place, answer);
  return { place, answer, connection, level, said, page };
}

/** The level of the overview: of the answer, or asked for now and then beside another view. */
function useLevel({ asking }: Place, answer: Answer | undefined): Level | undefined {
  const [asked, setAsked] = useState<Level | undefined>(undefined);
  const shown = answer?.shown.kind === 'overview' ? answer.shown.level : undefined;
  const query = writeAsking(atView(asking, 'overview')).toString();
  const isOverview = asking.view === 'overview';
  const isStill = asking.to !== undefined;
  useEffect(() => {
    if (isOverview) return;
    let isOver = false;
    let isAsking = false;
    const look = async () => {
      if (document.hidden || isAsking) return;
      isAsking = true;
      const overview = await ask(query);
      isAsking = false;
      if (isOver || typeof overview === 'string' || overview.shown.kind !== 'overview') return;
      setAsked(overview.shown.level);
    };
    void look();
    const timer = isStill ? undefined : setInterval(look, HEALTH_MILLIS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [query, isOverview, isStill]);
  return shown ?? asked;
}
