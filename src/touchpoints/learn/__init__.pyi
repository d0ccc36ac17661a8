from touchpoints.learn.columns import FeatureColumns as FeatureColumns
from touchpoints.learn.matrix import Features as Features
from touchpoints.learn.transformer import JourneyFeatures as JourneyFeatures
