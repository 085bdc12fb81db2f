"""An S3 server to test against, whichever it is."""

from dataclasses import dataclass

from prefect_aws import AwsClientParameters, AwsCredentials
from pydantic import SecretStr


@dataclass(frozen=True)
class S3Server:
    """Where it answers and with which keys."""

    endpoint_url: str
    access_key: str
    secret_key: str

    def credentials(self) -> AwsCredentials:
        """The credentials block for this server."""
        return AwsCredentials(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=SecretStr(self.secret_key),
            region_name="us-east-1",
            aws_client_parameters=AwsClientParameters(endpoint_url=self.endpoint_url),
        )
