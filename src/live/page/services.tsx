import type { Asking, ServiceState } from '../protocol.js';
import { Icon } from './icons.js';
import { memo } from './memo.js';
import { usePage } from './page-context.js';
import { Popover } from './popover.js';

interface Props {
  readonly asking: Asking;
  readonly services: readonly ServiceState[];
}

/** Which services are looked at: all of them, or those picked. */
export const Services = memo(({ asking, services }: Props) => {
  const page = usePage();
  const picked = asking.services;
  const isSilent = services.some((one) => one.isSilent);
  const toggle = (name: string) =>
    page.ask({
      services: picked.includes(name) ? picked.filter((one) => one !== name) : [...picked, name],
    });
  return (
    <Popover
      name={`Services: ${labelOf(picked, services)}`}
      label={
        <>
          {labelOf(picked, services)}
          {isSilent && <Icon name="warning" />}
        </>
      }
    >
      {() => (
        <fieldset class="checks">
          <legend>Services</legend>
          <label>
            <input
              type="checkbox"
              checked={picked.length === 0}
              onChange={() => page.ask({ services: [] })}
            />
            <span>All of them</span>
          </label>
          {services.map((service) => (
            <label key={service.name}>
              <input
                type="checkbox"
                checked={picked.includes(service.name)}
                onChange={() => toggle(service.name)}
              />
              <span>
                {service.name}
                <span class="hint">{detailsOf(service)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </Popover>
  );
});

function labelOf(picked: readonly string[], services: readonly ServiceState[]): string {
  if (picked.length === 1) return picked[0] as string;
  if (picked.length > 1) return `${picked.length} services`;
  return services.length === 1 ? (services[0] as ServiceState).name : 'All services';
}

function detailsOf({ language, instances, isSilent }: ServiceState): string {
  return [
    language,
    instances > 1 ? `${instances} instances` : undefined,
    isSilent ? 'silent' : undefined,
  ]
    .filter((one) => one !== undefined)
    .join(', ');
}
