"""Which of Azure's clouds are there, and what do they call their addresses? Pure data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Azure's clouds: where its Resource Manager is, and the suffixes of its names."""

    name: str
    arm_endpoint: str
    arm_scope: str
    dns_suffix: str
    storage_suffix: str


# Endpoints and scopes: azure-mgmt-core 1.6 `get_arm_endpoints`; for US Government the two differ.
PUBLIC = Cloud(
    "public",
    "https://management.azure.com",
    "https://management.azure.com/.default",
    "azure.com",
    "core.windows.net",
)
US_GOVERNMENT = Cloud(
    "usgov",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net/.default",
    "azure.us",
    "core.usgovcloudapi.net",
)
CHINA = Cloud(
    "china",
    "https://management.chinacloudapi.cn",
    "https://management.chinacloudapi.cn/.default",
    "azure.cn",
    "core.chinacloudapi.cn",
)
CLOUDS = {cloud.name: cloud for cloud in (PUBLIC, US_GOVERNMENT, CHINA)}
