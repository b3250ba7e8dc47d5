"""Prices of the models that ccusage looks for first. Written by tests/price_lists.py; ccmon/usage/priced.py reads it."""

TEXT = """\
0.8 4 . .: anthropic.claude-3-5-haiku-20241022-v1:0 claude-3-5-haiku claude-3-5-haiku-20241022
eu.anthropic.claude-3-5-haiku-20241022-v1:0 us.anthropic.claude-3-5-haiku-20241022-v1:0; 3 15 . . +6 30 7.5 0.6:
anthropic.claude-3-5-sonnet-20240620-v1:0 anthropic.claude-3-5-sonnet-20241022-v2:0; 3.6 18 . .:
anthropic.claude-3-7-sonnet-20240620-v1:0; 3 15 . .: anthropic.claude-3-7-sonnet-20250219-v1:0
anthropic.claude-3-sonnet-20240229-v1:0 anthropic.claude-sonnet-4-6 azure/command-r-plus claude-3-7-sonnet-20250219
claude-3-sonnet claude-sonnet-4-6 eu.anthropic.claude-3-5-sonnet-20240620-v1:0 eu.anthropic.claude-3-5-sonnet-20241022-v2:0
eu.anthropic.claude-3-7-sonnet-20250219-v1:0 eu.anthropic.claude-3-sonnet-20240229-v1:0 global.anthropic.claude-sonnet-4-6
us.anthropic.claude-3-5-sonnet-20240620-v1:0 us.anthropic.claude-3-5-sonnet-20241022-v2:0
us.anthropic.claude-3-7-sonnet-20250219-v1:0 us.anthropic.claude-3-sonnet-20240229-v1:0; 0.25 1.25 . .:
anthropic.claude-3-haiku-20240307-v1:0 eu.anthropic.claude-3-haiku-20240307-v1:0 us.anthropic.claude-3-haiku-20240307-v1:0; 15
75 . .: anthropic.claude-3-opus-20240229-v1:0 anthropic.claude-opus-4-1-20250805-v1:0 anthropic.claude-opus-4-20250514-v1:0
claude-3-opus claude-3-opus-20240229 claude-4-opus-20250514 claude-opus-4 claude-opus-4-1 claude-opus-4-1-20250805
claude-opus-4-20250514 eu.anthropic.claude-3-opus-20240229-v1:0 eu.anthropic.claude-opus-4-1-20250805-v1:0
eu.anthropic.claude-opus-4-20250514-v1:0 us.anthropic.claude-3-opus-20240229-v1:0 us.anthropic.claude-opus-4-1-20250805-v1:0
us.anthropic.claude-opus-4-20250514-v1:0; 10 50 . .: anthropic.claude-fable-5 azure/gpt-6-astra-2026-09-03 claude-fable-5
claude-mythos-5 claude-mythos-preview global.anthropic.claude-fable-5 openrouter/openai/gpt-6-astra-pro; 10 50 . 0.25:
anthropic.claude-fable-5-1 claude-fable-5-1 claude-mythos-5-1 global.anthropic.claude-fable-5-1; 1 5 . .:
anthropic.claude-haiku-4-5-20251001-v1:0 anthropic.claude-haiku-4-5@20251001 claude-haiku-4-5 claude-haiku-4-5-20251001
global.anthropic.claude-haiku-4-5-20251001-v1:0 openrouter/openai/gpt-5.6-sol-pro:batch; 0.8 2.4 . .:
anthropic.claude-instant-v1; 0 0 . .: anthropic.claude-mythos-preview zai/glm-4.5-flash zai/glm-4.7-flash; 5 25 . .:
anthropic.claude-opus-4-5-20251101-v1:0 anthropic.claude-opus-5 claude-opus-4-5 claude-opus-4-5-20251101
eu.anthropic.claude-opus-4-5-20251101-v1:0 global.anthropic.claude-opus-4-5-20251101-v1:0 global.anthropic.claude-opus-5
gpt-rosalind-research openrouter/openai/gpt-6-astra-pro:batch; 5 25 . . *6: anthropic.claude-opus-4-6-v1
anthropic.claude-opus-4-7 claude-opus-4-6 claude-opus-4-6-20260205 claude-opus-4-7 claude-opus-4-7-20260416
global.anthropic.claude-opus-4-6-v1 global.anthropic.claude-opus-4-7; 5 25 . . *2: anthropic.claude-opus-4-8 claude-opus-4-8
claude-opus-5 global.anthropic.claude-opus-4-8 openrouter/openai/gpt-6-astra:batch; 3 15 . . +6 22.5 7.5 0.6:
anthropic.claude-sonnet-4-20250514-v1:0 anthropic.claude-sonnet-4-5-20250929-v1:0 claude-4-sonnet-20250514 claude-sonnet-4
claude-sonnet-4-20250514 claude-sonnet-4-5 claude-sonnet-4-5-20250929 claude-sonnet-4-5-20250929-v1:0
eu.anthropic.claude-sonnet-4-20250514-v1:0 global.anthropic.claude-sonnet-4-20250514-v1:0
global.anthropic.claude-sonnet-4-5-20250929-v1:0 us.anthropic.claude-sonnet-4-20250514-v1:0; 2 10 . .: anthropic.claude-sonnet-5
claude-sonnet-5 global.anthropic.claude-sonnet-5 openrouter/openai/gpt-5.6-sol-pro; 8 24 . .: anthropic.claude-v1
anthropic.claude-v2:1 azure/mistral-large-2402 azure/mistral-large-latest; 1.1 5.5 . .:
au.anthropic.claude-haiku-4-5-20251001-v1:0 eu.anthropic.claude-haiku-4-5-20251001-v1:0
jp.anthropic.claude-haiku-4-5-20251001-v1:0 us.anthropic.claude-haiku-4-5-20251001-v1:0; 5.5 27.5 . . *6:
au.anthropic.claude-opus-4-6-v1 au.anthropic.claude-opus-4-7 eu.anthropic.claude-opus-4-6-v1 eu.anthropic.claude-opus-4-7
jp.anthropic.claude-opus-4-7 us.anthropic.claude-opus-4-6-v1 us.anthropic.claude-opus-4-7; 5.5 27.5 . . *2:
au.anthropic.claude-opus-4-8 eu.anthropic.claude-opus-4-8 jp.anthropic.claude-opus-4-8 us.anthropic.claude-opus-4-8; 5.5 27.5 .
.: au.anthropic.claude-opus-5 eu.anthropic.claude-opus-5 jp.anthropic.claude-opus-5 us.anthropic.claude-opus-4-5-20251101-v1:0
us.anthropic.claude-opus-5; 3.3 16.5 . . +6.6 24.75 8.25 0.66: au.anthropic.claude-sonnet-4-5-20250929-v1:0
eu.anthropic.claude-sonnet-4-5-20250929-v1:0 jp.anthropic.claude-sonnet-4-5-20250929-v1:0
us.anthropic.claude-sonnet-4-5-20250929-v1:0; 3.3 16.5 . .: au.anthropic.claude-sonnet-4-6 eu.anthropic.claude-sonnet-4-6
jp.anthropic.claude-sonnet-4-6 us.anthropic.claude-sonnet-4-6; 2.2 11 . .: au.anthropic.claude-sonnet-5
eu.anthropic.claude-sonnet-5 jp.anthropic.claude-sonnet-5 us.anthropic.claude-sonnet-5; 0.1 0 . .: azure/ada
azure/text-embedding-ada-002; 5 30 . .: azure/chat-latest azure/gpt-chat-latest openrouter/openai/gpt-chat-latest; 1.5 6 .
0.375: azure/codex-mini; 3 12 . .: azure/computer-use-preview; 1.65 6.6 . 0.413: azure/eu/codex-mini azure/us/codex-mini; 3.3
13.2 . .: azure/eu/computer-use-preview azure/us/computer-use-preview; 2.2 8.8 . 0.55: azure/eu/gpt-4.1 azure/eu/o3-2025-04-16
azure/us/gpt-4.1 azure/us/gpt-4.1-2025-04-14 azure/us/o3-2025-04-16; 0.44 1.76 . 0.11: azure/eu/gpt-4.1-mini
azure/us/gpt-4.1-mini azure/us/gpt-4.1-mini-2025-04-14; 0.11 0.44 . 0.028: azure/eu/gpt-4.1-nano azure/us/gpt-4.1-nano
azure/us/gpt-4.1-nano-2025-04-14; 5.5 16.5 . .: azure/eu/gpt-4o-2024-05-13 azure/us/gpt-4o-2024-05-13; 2.75 11 . 1.375:
azure/eu/gpt-4o-2024-08-06 azure/us/gpt-4o-2024-08-06; 2.75 11 1.38 1.375: azure/eu/gpt-4o-2024-11-20
azure/us/gpt-4o-2024-11-20; 0.165 0.66 . 0.083: azure/eu/gpt-4o-mini-2024-07-18 azure/us/gpt-4o-mini-2024-07-18; 0.66 2.64 .
0.33: azure/eu/gpt-4o-mini-realtime-preview-2024-12-17 azure/us/gpt-4o-mini-realtime-preview-2024-12-17; 5.5 22 . 2.75:
azure/eu/gpt-4o-realtime-preview-2024-10-01 azure/eu/gpt-4o-realtime-preview-2024-12-17
azure/us/gpt-4o-realtime-preview-2024-10-01 azure/us/gpt-4o-realtime-preview-2024-12-17; 1.375 11 . .: azure/eu/gpt-5
azure/eu/gpt-5-2025-08-07 azure/eu/gpt-5.1 azure/eu/gpt-5.1-chat azure/eu/gpt-5.1-codex azure/eu/gpt-5.1-codex-max
azure/us/gpt-5 azure/us/gpt-5-2025-08-07 azure/us/gpt-5.1 azure/us/gpt-5.1-chat azure/us/gpt-5.1-codex
azure/us/gpt-5.1-codex-max; 1.375 11 . 0.138: azure/eu/gpt-5-codex azure/us/gpt-5-codex; 0.275 2.2 . .: azure/eu/gpt-5-mini
azure/eu/gpt-5-mini-2025-08-07 azure/eu/gpt-5.1-codex-mini azure/us/gpt-5-mini azure/us/gpt-5-mini-2025-08-07
azure/us/gpt-5.1-codex-mini; 0.055 0.44 . .: azure/eu/gpt-5-nano azure/eu/gpt-5-nano-2025-08-07 azure/us/gpt-5-nano
azure/us/gpt-5-nano-2025-08-07; 16.5 132 . .: azure/eu/gpt-5-pro azure/us/gpt-5-pro; 1.925 15.4 . .: azure/eu/gpt-5.2
azure/eu/gpt-5.2-chat azure/eu/gpt-5.2-codex azure/eu/gpt-5.3-chat azure/us/gpt-5.2 azure/us/gpt-5.2-chat azure/us/gpt-5.2-codex
azure/us/gpt-5.3-chat; 23.1 184.8 . .: azure/eu/gpt-5.2-pro azure/us/gpt-5.2-pro; 1.925 15.4 . . *2: azure/eu/gpt-5.3-codex
azure/us/gpt-5.3-codex; 2.75 16.5 . . *2: azure/eu/gpt-5.4 azure/us/gpt-5.4; 2.75 16.5 . .: azure/eu/gpt-5.4-2026-03-05
azure/us/gpt-5.4-2026-03-05; 0.825 4.95 . .: azure/eu/gpt-5.4-mini azure/us/gpt-5.4-mini; 0.22 1.375 . .: azure/eu/gpt-5.4-nano
azure/us/gpt-5.4-nano; 33 198 . .: azure/eu/gpt-5.4-pro azure/us/gpt-5.4-pro; 5.5 33 . . *2.5: azure/eu/gpt-5.5
azure/us/gpt-5.5; 5.5 33 . .: azure/eu/gpt-5.5-2026-04-23 azure/eu/gpt-5.5-2026-04-24 azure/us/gpt-5.5-2026-04-23
azure/us/gpt-5.5-2026-04-24 azure/us/gpt-chat-latest; 5.5 33 . . *2: azure/eu/gpt-5.6 azure/us/gpt-5.6; 0.22 1.32 . . *2:
azure/eu/gpt-5.6-luna azure/us/gpt-5.6-luna; 4.4 22 . . *2: azure/eu/gpt-5.6-sol azure/us/gpt-5.6-sol; 2.2 13.2 . . *2:
azure/eu/gpt-5.6-terra azure/us/gpt-5.6-terra; 11 55 . . *2: azure/eu/gpt-6-astra azure/us/gpt-6-astra; 16.5 66 . 8.25:
azure/eu/o1-2024-12-17 azure/eu/o1-preview azure/eu/o1-preview-2024-09-12 azure/us/o1-2024-12-17 azure/us/o1-preview
azure/us/o1-preview-2024-09-12; 1.21 4.84 . 0.605: azure/eu/o1-mini azure/eu/o1-mini-2024-09-12 azure/eu/o3-mini-2025-01-31
azure/us/o1-mini azure/us/o1-mini-2024-09-12 azure/us/o3-mini-2025-01-31; 11 44 . 2.75: azure/eu/o3-deep-research
azure/us/o3-deep-research; 1.21 4.84 . 0.303: azure/eu/o4-mini-2025-04-16 azure/us/o4-mini-2025-04-16; 2.5 10 . 1.25:
azure/global-standard/gpt-4o-2024-08-06 azure/global-standard/gpt-4o-2024-11-20 azure/global/gpt-4o-2024-08-06
azure/global/gpt-4o-2024-11-20 azure/gpt-4o azure/gpt-4o-2024-08-06 azure/gpt-4o-2024-11-20 gpt-4o gpt-4o-2024-08-06
gpt-4o-2024-11-20 gpt-4o-search-preview gpt-4o-search-preview-2025-03-11 openrouter/openai/gpt-4o
openrouter/openai/gpt-4o-2024-08-06 openrouter/openai/gpt-4o-2024-11-20; 0.15 0.6 . .: azure/global-standard/gpt-4o-mini
gpt-4o-mini-audio-preview gpt-4o-mini-audio-preview-2024-12-17 openrouter/openai/gpt-oss-120b:batch; 1.25 10 . .:
azure/global/gpt-5.1 azure/global/gpt-5.1-chat azure/global/gpt-5.1-codex azure/gpt-5 azure/gpt-5-2025-08-07 azure/gpt-5-chat
azure/gpt-5-chat-latest azure/gpt-5-codex azure/gpt-5.1 azure/gpt-5.1-2025-11-13 azure/gpt-5.1-chat
azure/gpt-5.1-chat-2025-11-13 azure/gpt-5.1-codex azure/gpt-5.1-codex-2025-11-13 azure/gpt-5.1-codex-max gpt-5 gpt-5-2025-08-07
gpt-5-chat gpt-5-chat-latest gpt-5-codex gpt-5-search-api gpt-5-search-api-2025-10-14 gpt-5.1 gpt-5.1-2025-11-13
gpt-5.1-chat-latest gpt-5.1-codex-max openrouter/openai/gpt-5 openrouter/openai/gpt-5-chat openrouter/openai/gpt-5-codex
openrouter/openai/gpt-5.1 openrouter/openai/gpt-5.1-codex-max; 0.25 2 . .: azure/global/gpt-5.1-codex-mini azure/gpt-5-mini
azure/gpt-5-mini-2025-08-07 azure/gpt-5.1-codex-mini azure/gpt-5.1-codex-mini-2025-11-13 gpt-5-mini gpt-5-mini-2025-08-07
gpt-5.1-codex-mini openrouter/openai/gpt-5-mini; 0.5 1.5 . .: azure/gpt-3.5-turbo azure/gpt-3.5-turbo-0125 azure/gpt-35-turbo
azure/gpt-35-turbo-0125 gpt-3.5-turbo gpt-3.5-turbo-0125 openrouter/openai/gpt-3.5-turbo; 1.5 2 . .:
azure/gpt-3.5-turbo-instruct-0914 azure/gpt-35-turbo-instruct azure/gpt-35-turbo-instruct-0914 gpt-3.5-turbo-instruct
gpt-3.5-turbo-instruct-0914 openrouter/openai/gpt-3.5-turbo-instruct; 1 2 . .: azure/gpt-35-turbo-1106 gpt-3.5-turbo-1106
openrouter/openai/gpt-3.5-turbo-0613; 3 4 . .: azure/gpt-35-turbo-16k azure/gpt-35-turbo-16k-0613 gpt-3.5-turbo-16k
openrouter/openai/gpt-3.5-turbo-16k; 30 60 . .: azure/gpt-4 azure/gpt-4-0613 gpt-4 gpt-4-0314 gpt-4-0613
openrouter/openai/gpt-4; 10 30 . .: azure/gpt-4-0125-preview azure/gpt-4-1106-preview azure/gpt-4-turbo
azure/gpt-4-turbo-2024-04-09 azure/gpt-4-turbo-vision-preview gpt-4-0125-preview gpt-4-1106-preview gpt-4-turbo
gpt-4-turbo-2024-04-09 gpt-4-turbo-preview openrouter/openai/gpt-4-turbo openrouter/openai/gpt-4-turbo-preview; 60 120 . .:
azure/gpt-4-32k azure/gpt-4-32k-0613; 2 8 . 0.5: azure/gpt-4.1 azure/gpt-4.1-2025-04-14 azure/o3 azure/o3-2025-04-16 gpt-4.1
gpt-4.1-2025-04-14 openrouter/openai/gpt-4.1 openrouter/openai/o3; 0.4 1.6 . 0.1: azure/gpt-4.1-mini
azure/gpt-4.1-mini-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14 openrouter/openai/gpt-4.1-mini; 0.1 0.4 . 0.025:
azure/gpt-4.1-nano azure/gpt-4.1-nano-2025-04-14 gpt-4.1-nano gpt-4.1-nano-2025-04-14 openrouter/openai/gpt-4.1-nano; 75 150 .
37.5: azure/gpt-4.5-preview; 5 15 . .: azure/gpt-4o-2024-05-13 gpt-4o-2024-05-13 openrouter/openai/gpt-4-turbo:batch
openrouter/openai/gpt-4o-2024-05-13; 2.5 10 . .: azure/gpt-4o-audio-preview-2024-12-17
azure/gpt-4o-mini-audio-preview-2024-12-17 azure/gpt-4o-mini-tts azure/gpt-4o-transcribe azure/gpt-4o-transcribe-diarize
azure/gpt-audio-1.5-2026-02-23 azure/gpt-audio-2025-08-28 gpt-4o-audio-preview gpt-4o-audio-preview-2024-12-17
gpt-4o-audio-preview-2025-06-03 gpt-4o-transcribe gpt-4o-transcribe-diarize gpt-audio gpt-audio-1.5 gpt-audio-2025-08-28
openrouter/openai/gpt-audio; 0.165 0.66 . 0.075: azure/gpt-4o-mini; 0.15 0.6 . 0.075: azure/gpt-4o-mini-2024-07-18 gpt-4o-mini
gpt-4o-mini-2024-07-18 gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11 openrouter/openai/gpt-4o-mini
openrouter/openai/gpt-4o-mini-2024-07-18 openrouter/openai/gpt-oss-120b; 0.6 2.4 . 0.3:
azure/gpt-4o-mini-realtime-preview-2024-12-17 gpt-4o-mini-realtime-preview gpt-4o-mini-realtime-preview-2024-12-17; 1.25 5 . .:
azure/gpt-4o-mini-transcribe gpt-4o-mini-transcribe gpt-4o-mini-transcribe-2025-03-20 gpt-4o-mini-transcribe-2025-12-15; 5 20 .
2.5: azure/gpt-4o-realtime-preview-2024-10-01 azure/gpt-4o-realtime-preview-2024-12-17 gpt-4o-realtime-preview
gpt-4o-realtime-preview-2024-12-17 gpt-4o-realtime-preview-2025-06-03; 0.05 0.4 . .: azure/gpt-5-nano
azure/gpt-5-nano-2025-08-07 gpt-5-nano gpt-5-nano-2025-08-07 openrouter/openai/gpt-5-nano; 15 120 . .: azure/gpt-5-pro gpt-5-pro
gpt-5-pro-2025-10-06 openrouter/openai/gpt-5-pro; 1.75 14 . .: azure/gpt-5.2 azure/gpt-5.2-2025-12-11 azure/gpt-5.2-chat
azure/gpt-5.2-chat-2025-12-11 azure/gpt-5.2-codex azure/gpt-5.3-chat gpt-5.2-2025-12-11 gpt-5.2-chat-latest gpt-5.3-chat-latest
openrouter/openai/gpt-5.2 openrouter/openai/gpt-5.2-chat openrouter/openai/gpt-5.2-codex; 21 168 . .: azure/gpt-5.2-pro
azure/gpt-5.2-pro-2025-12-11 gpt-5.2-pro gpt-5.2-pro-2025-12-11 openrouter/openai/gpt-5.2-pro; 1.75 14 . . *2:
azure/gpt-5.3-codex gpt-5.3-codex openrouter/openai/gpt-5.3-codex; 2.5 15 . . *2: azure/gpt-5.4 openrouter/openai/gpt-5.4; 2.5
15 . .: azure/gpt-5.4-2026-03-05; 0.75 4.5 . .: azure/gpt-5.4-mini azure/gpt-5.4-mini-2026-03-17 gpt-5.4-mini
gpt-5.4-mini-2026-03-17 openrouter/openai/gpt-5.4-mini; 0.2 1.25 . .: azure/gpt-5.4-nano azure/gpt-5.4-nano-2026-03-17
gpt-5.4-nano gpt-5.4-nano-2026-03-17 openrouter/openai/gpt-5.4-nano; 30 180 . .: azure/gpt-5.4-pro azure/gpt-5.4-pro-2026-03-05
azure/gpt-5.5-pro azure/gpt-5.5-pro-2026-04-23 openrouter/openai/gpt-5.4-pro openrouter/openai/gpt-5.5-pro; 5 30 . . @272000 10
45 . 1 *2.5: azure/gpt-5.5 gpt-5.5; 5 30 . . @272000 10 45 . 1: azure/gpt-5.5-2026-04-23 azure/gpt-5.5-2026-04-24
gpt-5.5-2026-04-23; 5 30 . . *2: azure/gpt-5.6; 0.2 1.2 . . *2: azure/gpt-5.6-luna openrouter/openai/gpt-5.6-luna; 0.2 1.2 . .:
azure/gpt-5.6-luna-2026-07-09 openrouter/openai/gpt-5.6-luna-pro; 4 20 . . *2: azure/gpt-5.6-sol; 4 20 . .:
azure/gpt-5.6-sol-2026-07-09 gpt-daybreak-blue-latest; 2 12 . . *2: azure/gpt-5.6-terra openrouter/openai/gpt-5.6-terra; 2 12 .
.: azure/gpt-5.6-terra-2026-07-09 openrouter/openai/gpt-5.6-terra-pro; 10 50 . . *2: azure/gpt-6-astra
openrouter/openai/gpt-6-astra; 0.6 2.4 . .: azure/gpt-audio-mini azure/gpt-audio-mini-2025-10-06 azure/gpt-realtime-2.1-mini
azure/gpt-realtime-mini azure/gpt-realtime-mini-2025-10-06 gpt-audio-mini gpt-audio-mini-2025-10-06 gpt-audio-mini-2025-12-15
gpt-realtime-2.1-mini gpt-realtime-mini gpt-realtime-mini-2025-10-06 gpt-realtime-mini-2025-12-15
openrouter/openai/gpt-audio-mini; 4 16 . .: azure/gpt-realtime-1.5-2026-02-23 azure/gpt-realtime-2025-08-28 gpt-realtime
gpt-realtime-1.5 gpt-realtime-2025-08-28; 4 24 . .: azure/gpt-realtime-2 azure/gpt-realtime-2.1 gpt-realtime-2 gpt-realtime-2.1;
15 60 . 7.5: azure/o1 azure/o1-2024-12-17 azure/o1-preview azure/o1-preview-2024-09-12 openrouter/openai/o1; 1.1 4.4 . 0.55:
azure/o1-mini azure/o1-mini-2024-09-12 azure/o3-mini azure/o3-mini-2025-01-31 openrouter/openai/o3-mini
openrouter/openai/o3-mini-high; 10 40 . 2.5: azure/o3-deep-research; 20 80 . .: azure/o3-pro azure/o3-pro-2025-06-10
openrouter/openai/o3-pro; 1.1 4.4 . 0.275: azure/o4-mini azure/o4-mini-2025-04-16 openrouter/openai/o4-mini
openrouter/openai/o4-mini-high; 0.13 0 . .: azure/text-embedding-3-large; 0.02 0 . .: azure/text-embedding-3-small; 1.71875
13.75 . .: azure/us-gov/gpt-5.1; 1.513 6.05 . 0.757: azure/us-gov/o3-mini; 0.163 0 . .: azure/us-gov/text-embedding-3-large;
0.025 0 . .: azure/us-gov/text-embedding-3-small; 0.25 1.25 0.3 0.03: claude-3-haiku claude-3-haiku-20240307; 11 55 . .:
eu.anthropic.claude-fable-5 us.anthropic.claude-fable-5; 11 55 . 0.275: eu.anthropic.claude-fable-5-1
us.anthropic.claude-fable-5-1; 0.6 2.2 0 0.11: glm-4.5 glm-4.6 glm-4.7 zai/glm-4.5 zai/glm-4.6 zai/glm-4.7; 1 3.2 0 0.2: glm-5
zai/glm-5; 1.2 4 0 0.24: glm-5-turbo; 1.4 4.4 0 0.26: glm-5.1 zai/glm-5.1 zai/glm-5.2 zai/glm-5.3; 0.6 10 . .: gpt-4o-mini-tts
gpt-4o-mini-tts-2025-03-20 gpt-4o-mini-tts-2025-12-15; 1.25 10 1.25 .: gpt-5.1-codex; 1.75 14 1.75 .: gpt-5.2 gpt-5.2-codex; 2.5
15 . . @272000 5 22.5 . 0.5 *2: gpt-5.4; 2.5 15 . . @272000 5 22.5 . 0.5: gpt-5.4-2026-03-05; 30 180 . . @272000 60 270 . .:
gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5-pro gpt-5.5-pro-2026-04-23; 12.5 75 . .: gpt-5.5-cyber gpt-5.6-cyber
gpt-daybreak-red-latest; 4 20 . . @272000 8 30 10 0.8 *2: gpt-5.6 gpt-5.6-sol; 0.2 1.2 . . @272000 0.4 1.8 0.5 0.04 *2:
gpt-5.6-luna; 2 12 . . @272000 4 18 5 0.4 *2: gpt-5.6-terra; 10 50 . . @272000 20 75 25 2 *2: gpt-6-astra; 5 10 . 1.25:
gpt-image-1.5 gpt-image-1.5-2025-12-16; 1.25 2.5 1.25 . @200000 2.5 5 . 0.4: grok-4.3; 0.6 3 . 0.1: moonshot/kimi-k2.5; 0.95 4 .
0.16: moonshot/kimi-k2.6; 0.25 0.75 . .: openrouter/openai/gpt-3.5-turbo:batch; 0.2 0.8 . 0.05:
openrouter/openai/gpt-4.1-mini:batch; 0.05 0.2 . 0.0125: openrouter/openai/gpt-4.1-nano:batch; 1 4 . 0.25:
openrouter/openai/gpt-4.1:batch openrouter/openai/o3:batch; 0.075 0.3 . 0.0375: openrouter/openai/gpt-4o-mini:batch
openrouter/openai/gpt-oss-safeguard-20b; 1.25 5 . 0.625: openrouter/openai/gpt-4o:batch; 10 10 . 1.25:
openrouter/openai/gpt-5-image; 2.5 2 . .: openrouter/openai/gpt-5-image-mini; 0.125 1 . .: openrouter/openai/gpt-5-mini:batch;
0.025 0.2 . .: openrouter/openai/gpt-5-nano:batch; 7.5 60 . .: openrouter/openai/gpt-5-pro:batch; 1.25 10 . 0.13:
openrouter/openai/gpt-5.1-codex; 0.25 2 . 0.03: openrouter/openai/gpt-5.1-codex-mini; 0.625 5 . .:
openrouter/openai/gpt-5.1:batch openrouter/openai/gpt-5:batch; 10.5 84 . .: openrouter/openai/gpt-5.2-pro:batch; 0.875 7 . .:
openrouter/openai/gpt-5.2:batch; 8 15 . 2: openrouter/openai/gpt-5.4-image-2; 0.375 2.25 . .:
openrouter/openai/gpt-5.4-mini:batch; 0.1 0.625 . .: openrouter/openai/gpt-5.4-nano:batch; 15 90 . .:
openrouter/openai/gpt-5.4-pro:batch openrouter/openai/gpt-5.5-pro:batch; 1.25 7.5 . . *2: openrouter/openai/gpt-5.4:batch; 5 30
. . *2.5: openrouter/openai/gpt-5.5; 2.5 15 . . *2.5: openrouter/openai/gpt-5.5:batch; 0.1 0.6 . .:
openrouter/openai/gpt-5.6-luna-pro:batch; 0.1 0.6 . . *2: openrouter/openai/gpt-5.6-luna:batch; 2 10 . . *2:
openrouter/openai/gpt-5.6-sol; 1 5 . . *2: openrouter/openai/gpt-5.6-sol:batch; 1 6 . .:
openrouter/openai/gpt-5.6-terra-pro:batch; 1 6 . . *2: openrouter/openai/gpt-5.6-terra:batch; 0.03 0.13 . 0.03:
openrouter/openai/gpt-oss-20b; 150 600 . .: openrouter/openai/o1-pro; 0.55 2.2 . 0.275: openrouter/openai/o3-mini:batch; 0.55
2.2 . 0.1375: openrouter/openai/o4-mini:batch; 0.1 0.1 0 0: zai/glm-4-32b-0414-128k; 0.2 1.1 0 0.03: zai/glm-4.5-air; 1.1 4.5 0
0.22: zai/glm-4.5-airx; 2.2 8.9 0 0.45: zai/glm-4.5-x; 0.6 1.8 0 0.11: zai/glm-4.5v; 1.2 5 0 0.3: zai/glm-5-code; 0.15 0.5 0
0.03: zai/glm-5.3-flash;
"""
