from touchpoints.sources.formats.snowplow import snowplow as snowplow
from touchpoints.sources.formats.social import social as social
from touchpoints.sources.formats.surveys import surveys as surveys
from touchpoints.sources.formats.tickets import tickets as tickets
from touchpoints.sources.merging.identifying import Identities as Identities
from touchpoints.sources.merging.identifying import identities as identities
