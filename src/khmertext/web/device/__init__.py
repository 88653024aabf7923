"""The device page: does a browser draw Khmer as wide as HarfBuzz does? One page that asks nobody anything."""

from __future__ import annotations

from khmertext.web.device.codes import DeviceResult, decode_result, encode_result
from khmertext.web.device.page import DevicePage, make_device_page
from khmertext.web.device.samples import SampleGroup, sample_groups, sample_texts

__all__ = [
    "DevicePage",
    "DeviceResult",
    "SampleGroup",
    "decode_result",
    "encode_result",
    "make_device_page",
    "sample_groups",
    "sample_texts",
]
