from touchpoints.sources.formats.ga4 import ga4 as ga4
from touchpoints.sources.formats.snowplow import snowplow as snowplow
from touchpoints.sources.merging.identifying import Identities as Identities
from touchpoints.sources.merging.identifying import identities as identities
