/** Until the fleet is asked again, in milliseconds: an answer of the first page costs the collector a look at every workstation. */
export const fleetPause = 10_000;
