from touchpoints.sources.formats.snowplow import snowplow as snowplow
from touchpoints.sources.formats.xes import xes as xes
from touchpoints.sources.merging.contacts import Contacts as Contacts
from touchpoints.sources.merging.contacts import contacts as contacts
from touchpoints.sources.merging.identifying import Identities as Identities
from touchpoints.sources.merging.identifying import identities as identities
from touchpoints.sources.merging.merge import merge_sources as merge_sources
from touchpoints.sources.writers.xes import write_xes as write_xes
