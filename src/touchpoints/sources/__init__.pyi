from touchpoints.sources.formats.snowplow import snowplow as snowplow
from touchpoints.sources.formats.tickets import tickets as tickets
from touchpoints.sources.merging.identifying import Identities as Identities
from touchpoints.sources.merging.identifying import identities as identities
