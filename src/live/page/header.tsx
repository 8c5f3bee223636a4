import type { Answer, Asking, Level } from '../protocol.js';
import { atView } from './address.js';
import type { Connection } from './connection.js';
import { Icon, type IconName } from './icons.js';
import { LevelMark } from './level.js';
import { Link } from './link.js';
import { memo } from './memo.js';
import { Services } from './services.js';
import type { Theme } from './theme.js';

interface Props {
  readonly asking: Asking;
  readonly services: Answer['services'];
  readonly level: Level | undefined;
  readonly connection: Connection;
  readonly theme: Theme;
  readonly onTheme: () => void;
  readonly onPause: () => void;
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

const HEALTH: Readonly<Record<Level, string>> = {
  good: 'Healthy',
  warning: 'Worth a look',
  problem: 'Unhealthy',
};

/** Health at a glance, and what is wanted everywhere. */
export const Header = memo((props: Props) => {
  const { asking, services, level, connection, theme } = props;
  const isPaused = asking.to !== undefined;
  return (
    <header class="bar">
      <h1>
        <Icon name="mark" />
        meterbook <span>live</span>
      </h1>
      {level !== undefined && (
        <Link class="health" to={(from) => ({ asking: atView(from, 'overview') })}>
          <LevelMark level={level} word={HEALTH[level]} />
        </Link>
      )}
      {services.length > 0 && <Services asking={asking} services={services} />}
      <span class="gap" />
      <ConnectionState connection={connection} />
      <button
        type="button"
        class="button"
        aria-keyshortcuts="Space"
        title={isPaused ? 'Go on (space)' : 'Stand still (space)'}
        onClick={props.onPause}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
        <span class="word">{isPaused ? 'Resume' : 'Pause'}</span>
      </button>
      <button
        type="button"
        class="button"
        aria-keyshortcuts="/"
        aria-label="Search"
        title="Search (/)"
        onClick={props.onSearch}
      >
        <Icon name="search" />
        <span class="word">Search</span>
        <kbd>/</kbd>
      </button>
      <IconButton
        icon={theme === 'system' ? 'system' : theme === 'light' ? 'sun' : 'moon'}
        name={`Colours: ${theme === 'system' ? 'as the system has them' : theme}`}
        onClick={props.onTheme}
      />
      <IconButton icon="help" name="Keys (?)" onClick={props.onHelp} />
    </header>
  );
});

function IconButton({
  icon,
  name,
  onClick,
}: {
  icon: IconName;
  name: string;
  onClick: () => void;
}) {
  return (
    <button type="button" class="icon-button" aria-label={name} title={name} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

const STATES = {
  connecting: 'Connecting',
  live: 'Live',
  still: 'Paused',
  lost: 'Connection lost, trying again',
} as const;

function ConnectionState({ connection }: { connection: Connection }) {
  const why = connection.state === 'lost' ? connection.why : undefined;
  return (
    <span class={`connection ${connection.state}`} title={why}>
      <i aria-hidden="true" />
      {STATES[connection.state]}
      {why !== undefined && <span class="why">: {why}</span>}
    </span>
  );
}
