import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Answer, Asking } from '../protocol.js';
import { atView, type Place } from './address.js';
import { BoardView } from './board.js';
import { CatalogueView } from './catalogue.js';
import { Dialog } from './dialog.js';
import { BreakDown, Filters } from './filters.js';
import { Footer } from './footer.js';
import { Header } from './header.js';
import { Help } from './help.js';
import { InstrumentPage } from './instrument.js';
import { listenForKeys } from './keyboard.js';
import type { Frame } from './line-chart.js';
import { Link } from './link.js';
import { memo } from './memo.js';
import { OverviewView } from './overview.js';
import { PageProvider, PlaceProvider, usePage } from './page-context.js';
import { Panel } from './panel.js';
import { panelIn } from './panels.js';
import { Search } from './search.js';
import { shortcutsFor } from './shortcuts.js';
import { applyTheme, onSystemTheme, savedTheme, THEMES, type Theme } from './theme.js';
import { spanInWords, TimeRange } from './time-range.js';
import { useLive } from './use-live.js';
import { ThemeCountProvider } from './use-theme.js';

type Overlay = 'help' | 'search' | undefined;

export function App() {
  const live = useLive();
  const { place, answer, connection, level, said, page } = live;
  const { asking } = place;
  const [overlay, setOverlay] = useState<Overlay>(undefined);
  const [theme, setTheme] = useState<Theme>(savedTheme);
  const [themes, setThemes] = useState(0);

  // What stays the same from one answer to the next, for keys and buttons.
  const actions = useMemo(
    () => ({
      pause: () => {
        const { to } = page.place().asking;
        page.ask({ to: to === undefined ? page.now() : undefined });
        page.say(to === undefined ? 'Paused' : 'Going on');
      },
      theme: () => setTheme((it) => THEMES[(THEMES.indexOf(it) + 1) % THEMES.length] as Theme),
      search: () => setOverlay('search'),
      help: () => setOverlay('help'),
    }),
    [page],
  );
  const views = answer?.views;
  const shortcuts = useMemo(() => shortcutsFor(views ?? [], page, actions), [views, page, actions]);
  useEffect(() => listenForKeys(() => shortcuts), [shortcuts]);

  useEffect(() => {
    applyTheme(theme);
    setThemes((count) => count + 1);
  }, [theme]);
  useEffect(() => onSystemTheme(() => setThemes((count) => count + 1)), []);

  const title = answer?.views.find(({ view }) => view === asking.view)?.title;
  const name = asking.view === 'instrument' ? asking.instrument : title;
  useEffect(() => {
    document.title = name === undefined ? 'meterbook live' : `${name} · meterbook live`;
  }, [name]);

  const close = () => setOverlay(undefined);
  const isLost = connection.state === 'lost';
  return (
    <PageProvider value={page}>
      <PlaceProvider value={place}>
        <ThemeCountProvider value={themes}>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <Header
            asking={asking}
            services={answer?.services ?? NONE}
            level={level}
            connection={connection}
            theme={theme}
            onTheme={actions.theme}
            onPause={actions.pause}
            onSearch={actions.search}
            onHelp={actions.help}
          />
          {answer !== undefined && (
            <>
              <Tabs asking={asking} views={answer.views} />
              <div class="controls">
                <Filters asking={asking} attributes={answer.attributes} />
                <BreakDown asking={asking} attributes={answer.attributes} />
                <span class="gap" />
                {answer.note !== undefined && <span class="span">{answer.note}</span>}
                {asking.to !== undefined && <span class="span">{spanInWords(answer)}</span>}
                <TimeRange asking={asking} maxSeconds={answer.history.maxSeconds} />
              </div>
            </>
          )}
          <main id="main" tabIndex={-1} class={isLost ? 'stale' : ''}>
            {answer === undefined ? (
              <p class="waiting">
                {isLost ? 'The server cannot be reached.' : 'Asking the server…'}
              </p>
            ) : (
              <Shown answer={answer} place={place} />
            )}
          </main>
          {answer !== undefined && <Footer history={answer.history} />}
          <p class={`toast ${said === '' ? '' : 'shown'}`} aria-hidden="true">
            {said}
          </p>
          <p class="sr-only" role="status" aria-live="polite">
            {isLost ? 'Connection lost, trying again' : said}
          </p>
          {overlay === 'help' && <Help shortcuts={shortcuts} onClose={close} />}
          {overlay === 'search' && answer !== undefined && (
            <Search answer={answer} onClose={close} />
          )}
        </ThemeCountProvider>
      </PlaceProvider>
    </PageProvider>
  );
}

const NONE: Answer['services'] = [];

const Tabs = memo(({ asking, views }: { asking: Asking; views: Answer['views'] }) => {
  // An instrument is a page of the catalogue.
  const tab = asking.view === 'instrument' ? 'catalogue' : asking.view;
  return (
    <nav class="tabs" aria-label="Views">
      <ul>
        {views.map(({ view, title }) => (
          <li key={view}>
            <Link to={(from) => ({ asking: atView(from, view) })} isCurrent={view === tab}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
});

interface ShownProps {
  readonly answer: Answer;
  readonly place: Place;
}

function Shown({ answer, place: { asking, panel, text = '' } }: ShownProps) {
  const { shown, from, to, times } = answer;
  const page = usePage();
  const frame = useMemo<Frame>(() => ({ from, to, times }), [from, to, times]);
  const large = panel === undefined ? undefined : panelIn(shown, panel);
  return (
    <>
      {shown.kind === 'overview' && (
        <OverviewView overview={shown} frame={frame} filters={asking.filters} />
      )}
      {shown.kind === 'catalogue' && <CatalogueView catalogue={shown} at={answer.at} text={text} />}
      {shown.kind === 'instrument' && <InstrumentPage view={shown} by={asking.by} frame={frame} />}
      {shown.kind === 'board' && <BoardView board={shown} frame={frame} />}
      {large !== undefined && (
        <Dialog title={large.title} className="enlarged" onClose={() => page.go({ asking })}>
          <Panel panel={large} frame={frame} isLarge={true} />
        </Dialog>
      )}
    </>
  );
}
